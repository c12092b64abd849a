# ruff: noqa
"""Labelled answers to `batch_norm`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% register_buffer | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
            n = x.numel() / x.size(1)
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * x_hat + self.bias.view(shape)


# %% nn_buffer_and_lerp | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = nn.Buffer(torch.zeros(num_features))
        self.running_var = nn.Buffer(torch.ones(num_features))
        self.num_batches_tracked = nn.Buffer(torch.zeros((), dtype=torch.long))

    def forward(self, x):
        flat = x.transpose(1, -1)  # channels last, for both forms
        rows = flat.reshape(-1, flat.shape[-1])
        if self.training:
            var, mean = torch.var_mean(rows, dim=0, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(rows.detach().var(0), self.momentum)
            self.num_batches_tracked.add_(1)
        else:
            mean, var = self.running_mean, self.running_var
        out = (flat - mean) * (var + self.eps).rsqrt() * self.weight + self.bias
        return out.transpose(1, -1)


# %% keepdim | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super(BatchNorm1d, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    def forward(self, x):
        two_dimensional = x.dim() == 2
        if two_dimensional:
            x = x.unsqueeze(-1)
        if self.training:
            mu = x.mean(dim=(0, 2), keepdim=True)
            sigma2 = ((x - mu) ** 2).mean(dim=(0, 2), keepdim=True)
            m = x.shape[0] * x.shape[2]
            self.num_batches_tracked += 1
            self.running_mean += self.momentum * (mu.detach().flatten() - self.running_mean)
            self.running_var += self.momentum * (sigma2.detach().flatten() * m / (m - 1) - self.running_var)
        else:
            mu = self.running_mean[None, :, None]
            sigma2 = self.running_var[None, :, None]
        y = self.weight[:, None] * (x - mu) / (sigma2 + self.eps) ** 0.5 + self.bias[:, None]
        return y.squeeze(-1) if two_dimensional else y


# %% folded_to_scale_and_shift | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.empty(num_features).fill_(1.0))
        self.bias = nn.Parameter(torch.empty(num_features).fill_(0.0))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        dims = [d for d in range(x.dim()) if d != 1]
        count = x.numel() // x.shape[1]
        if self.training:
            first = x.sum(dims) / count
            centred = x - first.view(-1, *[1] * (x.dim() - 2))
            second = centred.square().sum(dims)
            self.running_mean.copy_(self.running_mean * (1 - self.momentum) + first.detach() * self.momentum)
            self.running_var.copy_(
                self.running_var * (1 - self.momentum) + second.detach() / (count - 1) * self.momentum
            )
            self.num_batches_tracked += 1
            mean, var = first, second / count
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.weight / torch.sqrt(var + self.eps)
        shift = self.bias - mean * scale
        tail = [1] * (x.dim() - 2)
        return x * scale.view(-1, *tail) + shift.view(-1, *tail)


# %% channel_by_channel | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        channels = []
        if self.training:
            self.num_batches_tracked += 1
        for c in range(x.shape[1]):
            values = x[:, c]
            if self.training:
                n = values.numel()
                mean = values.sum() / n
                var = (values - mean).pow(2).sum() / n
                self.running_mean[c] += self.momentum * (mean.item() - self.running_mean[c])
                self.running_var[c] += self.momentum * (var.item() * n / (n - 1) - self.running_var[c])
            else:
                mean, var = self.running_mean[c], self.running_var[c]
            channels.append((values - mean) / torch.sqrt(var + self.eps) * self.weight[c] + self.bias[c])
        return torch.stack(channels, dim=1)


# %% helper_function | right | -
import torch
from torch import nn


def normalise(x, mean, var, weight, bias, eps):
    shape = [1, x.shape[1]] + [1] * (x.ndim - 2)
    mean, var, weight, bias = (v.reshape(shape) for v in (mean, var, weight, bias))
    return torch.addcmul(bias, weight, (x - mean) / (var + eps).sqrt())


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        for name, value in [("running_mean", torch.zeros), ("running_var", torch.ones)]:
            self.register_buffer(name, value(num_features))
        self.register_buffer("num_batches_tracked", torch.zeros(1, dtype=torch.int64)[0])

    @torch.no_grad()
    def track(self, mean, unbiased):
        self.num_batches_tracked += 1
        self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
        self.running_var.mul_(1 - self.momentum).add_(self.momentum * unbiased)

    def forward(self, x):
        if not self.training:
            return normalise(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        values = x.movedim(1, 0).flatten(1)
        mean, var = values.mean(1), values.var(1, correction=0)
        self.track(mean, values.var(1))
        return normalise(x, mean, var, self.weight, self.bias, self.eps)


# %% class_heavy | right | -
import torch
from torch import nn


class Estimates:
    """Keeps the running numbers of one layer."""

    def __init__(self, layer):
        self.layer = layer

    def move(self, name, towards):
        old = getattr(self.layer, name)
        m = self.layer.momentum
        getattr(self.layer, name).copy_(old + m * (towards - old))


class Statistics:
    def __init__(self, x):
        self.count = x.shape[0] * (x.shape[2] if x.dim() == 3 else 1)
        self.axes = [0] if x.dim() == 2 else [0, 2]
        self.mean = torch.mean(x, self.axes)
        centred = x - (self.mean if x.dim() == 2 else self.mean[:, None])
        self.biased = torch.sum(centred * centred, self.axes) / self.count

    @property
    def unbiased(self):
        return self.biased * (self.count / (self.count - 1))


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.register_parameter("weight", nn.Parameter(torch.ones(num_features)))
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if self.training:
            now = Statistics(x)
            with torch.no_grad():
                estimates = Estimates(self)
                estimates.move("running_mean", now.mean)
                estimates.move("running_var", now.unbiased)
                self.num_batches_tracked += 1
            mean, var = now.mean, now.biased
        else:
            mean, var = self.running_mean, self.running_var
        column = (lambda v: v) if x.dim() == 2 else (lambda v: v[:, None])
        return (x - column(mean)) / column(torch.sqrt(var + self.eps)) * column(self.weight) + column(self.bias)


# %% over_defensive | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        if num_features <= 0:
            raise ValueError("num_features must be positive")
        assert eps > 0
        self.num_features = int(num_features)
        self.eps = float(eps)
        self.momentum = float(momentum)
        self.weight = nn.Parameter(torch.ones(self.num_features))
        self.bias = nn.Parameter(torch.zeros(self.num_features))
        self.register_buffer("running_mean", torch.zeros(self.num_features), persistent=True)
        self.register_buffer("running_var", torch.ones(self.num_features), persistent=True)
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long), persistent=True)

    def forward(self, x):
        if not isinstance(x, torch.Tensor):
            raise TypeError("x must be a tensor")
        if x.dim() not in (2, 3):
            raise ValueError(f"expected 2 or 3 dimensions, got {x.dim()}")
        if x.size(1) != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {x.size(1)}")
        shape = x.shape
        data = x if x.dim() == 2 else x.permute(0, 2, 1).reshape(-1, self.num_features)
        if self.training:
            n = data.size(0)
            if n < 2:
                raise ValueError("more than one value per channel is needed in training")
            mean = data.mean(dim=0)
            var = data.var(dim=0, unbiased=False)
            with torch.no_grad():
                unbiased = var * n / (n - 1)
                self.running_mean.copy_((1.0 - self.momentum) * self.running_mean + self.momentum * mean)
                self.running_var.copy_((1.0 - self.momentum) * self.running_var + self.momentum * unbiased)
                self.num_batches_tracked.copy_(self.num_batches_tracked + 1)
        else:
            mean = self.running_mean.clone()
            var = self.running_var.clone()
        normalised = (data - mean.unsqueeze(0)) / torch.sqrt(var.unsqueeze(0) + self.eps)
        y = normalised * self.weight.unsqueeze(0) + self.bias.unsqueeze(0)
        if x.dim() == 3:
            y = y.reshape(shape[0], shape[2], shape[1]).permute(0, 2, 1)
        assert y.shape == shape
        return y


# %% terse | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.e, self.m = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        r = x.transpose(0, 1).flatten(1).T
        m, v = self.running_mean, self.running_var
        if self.training:
            self.num_batches_tracked += 1
            m.lerp_(r.mean(0).data, self.m), v.lerp_(r.var(0).data, self.m)
            m, v = r.mean(0), r.var(0, correction=0)
        s = self.weight / (v + self.e).sqrt()
        return (x.transpose(1, -1) * s + (self.bias - m * s)).transpose(1, -1)


# %% einsum_and_covariance | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        z = x[..., None] if x.dim() == 2 else x
        if self.training:
            n = z.shape[0] * z.shape[2]
            mean = torch.einsum("bct->c", z) / n
            d = z - mean[:, None]
            squares = torch.einsum("bct,bct->c", d, d)
            decay = 1 - self.momentum
            self.running_mean.data = decay * self.running_mean + self.momentum * mean.detach()
            self.running_var.data = decay * self.running_var + self.momentum * squares.detach() / (n - 1)
            self.num_batches_tracked += 1
            y = torch.einsum("bct,c->bct", d, (squares / n + self.eps).rsqrt())
        else:
            y = torch.einsum("bct,c->bct", z - self.running_mean[:, None], (self.running_var + self.eps).rsqrt())
        return (torch.einsum("bct,c->bct", y, self.weight) + self.bias[:, None]).view_as(x)


# %% two_methods | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.running_mean: torch.Tensor
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.LongTensor([0]).squeeze())
        self.weight = nn.Parameter(torch.ones(num_features), requires_grad=True)
        self.bias = nn.Parameter(torch.zeros(num_features), requires_grad=True)

    def forward(self, x):
        if x.dim() == 3:
            B, C, T = x.shape
            y = self.normalise(x.permute(0, 2, 1).contiguous().view(B * T, C))
            return y.view(B, T, C).permute(0, 2, 1)
        return self.normalise(x)

    def normalise(self, rows):
        if self.training:
            mean = rows.mean(0)
            std2 = ((rows - mean) ** 2).mean(0)
            self.update(rows.detach())
        else:
            mean, std2 = self.running_mean, self.running_var
        return self.weight * ((rows - mean) / (std2 + self.eps).sqrt()) + self.bias

    def update(self, rows):
        print("batch", self.num_batches_tracked.item(), rows.shape)
        keep = 1 - self.momentum
        self.running_mean = keep * self.running_mean + self.momentum * rows.mean(0)
        self.running_var = keep * self.running_var + self.momentum * rows.var(0, unbiased=True)
        self.num_batches_tracked = self.num_batches_tracked + 1


# %% batch_statistics_in_eval | wrong | batch_statistics_in_eval
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.transpose(1, -1)
        dims = tuple(range(x.dim() - 1))
        mean, var = rows.mean(dims), rows.var(dims, unbiased=False)
        if self.training:
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(rows.var(dims), self.momentum)
        return ((rows - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias).transpose(1, -1)


# %% running_in_training | wrong | running_statistics_in_training
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else 0
        if self.training:
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * x.mean(axes)
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(axes)
                self.num_batches_tracked += 1
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        x = (x - self.running_mean.view(shape)) / (self.running_var.view(shape) + self.eps).sqrt()
        return x * self.weight.view(shape) + self.bias.view(shape)


# %% biased_running | wrong | biased_running_variance
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    def forward(self, x):
        if x.dim() == 3:
            return self(x.permute(0, 2, 1).reshape(-1, x.size(1))).view(x.size(0), x.size(2), -1).permute(0, 2, 1)
        if self.training:
            mean = x.mean(0)
            var = ((x - mean) ** 2).mean(0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var.detach()
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias


# %% unbiased_normalising | wrong | unbiased_normalising
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        dims = [0] + list(range(2, x.dim()))
        if self.training:
            mean, var = x.mean(dims), x.var(dims)
            self.running_mean += self.momentum * (mean.detach() - self.running_mean)
            self.running_var += self.momentum * (var.detach() - self.running_var)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        expand = (slice(None),) + (None,) * (x.dim() - 2)
        return (x - mean[expand]) / torch.sqrt(var + self.eps)[expand] * self.weight[expand] + self.bias[expand]


# %% momentum_backwards | wrong | momentum_backwards
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
            n = x.numel() / x.size(1)
            with torch.no_grad():
                self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
                self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var * n / (n - 1)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.bias.view(shape)


# %% plain_attributes | wrong | buffers_plain_attributes
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = torch.zeros(num_features)
        self.running_var = torch.ones(num_features)
        self.num_batches_tracked = torch.tensor(0)

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(axes)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * x_hat + self.bias.view(shape)


# %% estimates_as_parameters | wrong | buffers_parameters
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
        self.running_var = nn.Parameter(torch.ones(num_features), requires_grad=False)
        self.num_batches_tracked = nn.Parameter(torch.tensor(0), requires_grad=False)

    def forward(self, x):
        flat = x.movedim(1, -1)
        dims = tuple(range(flat.dim() - 1))
        if self.training:
            mean, var = flat.mean(dims), flat.var(dims, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(flat.detach().var(dims), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        flat = (flat - mean) / (var + self.eps).sqrt() * self.weight + self.bias
        return flat.movedim(-1, 1)


# %% batch_axis_only | wrong | wrong_axes
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        three = x.dim() == 3
        if not three:
            x = x.unsqueeze(2)
        if self.training:
            mean = x.mean(0)  # (C, T)
            var = x.var(0, unbiased=False)
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean.lerp_(mean.mean(1), self.momentum)
                self.running_var.lerp_(x.var(0).mean(1), self.momentum)
        else:
            mean, var = self.running_mean[:, None], self.running_var[:, None]
        y = (x - mean) / torch.sqrt(var + self.eps) * self.weight[:, None] + self.bias[:, None]
        return y if three else y.squeeze(2)


# %% over_time_only | wrong | wrong_axes
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if x.dim() == 2:
            axis, shape = 0, (1, -1)
        else:
            axis, shape = 2, (1, -1, 1)
        if self.training:
            mean = x.mean(axis, keepdim=True)
            var = x.var(axis, keepdim=True, unbiased=False)
            others = tuple(d for d in range(x.dim()) if d != 1)
            self.running_mean += self.momentum * (mean.mean(others).detach() - self.running_mean)
            self.running_var += self.momentum * (x.var(axis, keepdim=True).mean(others).detach() - self.running_var)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.view(shape), self.running_var.view(shape)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight.view(shape) + self.bias.view(shape)


# %% eps_outside | wrong | eps_outside_root
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean = x.mean(axes)
            std = x.std(axes, unbiased=False)
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.std(axes) ** 2
                self.num_batches_tracked += 1
        else:
            mean, std = self.running_mean, self.running_var.sqrt()
        x_hat = (x - mean.view(shape)) / (std.view(shape) + self.eps)
        return self.weight.view(shape) * x_hat + self.bias.view(shape)


# %% eps_forgotten | wrong | eps_missing
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        r = x.transpose(0, 1).flatten(1)
        if self.training:
            mean, var = r.mean(1), r.var(1, unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(r.var(1), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        view = (-1, 1) if x.dim() == 3 else (-1,)
        return (x - mean.view(view)) / var.sqrt().view(view) * self.weight.view(view) + self.bias.view(view)


# %% no_weight_no_bias | wrong | affine_missing
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.var(axes).detach(), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)


# %% weight_and_bias_unused | wrong | affine_not_applied
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.permute(0, 2, 1).reshape(-1, x.size(1)) if x.dim() == 3 else x
        if self.training:
            mean = rows.mean(0)
            var = rows.var(0, unbiased=False)
            n = rows.size(0)
            with torch.no_grad():
                self.running_mean.mul_(1 - self.momentum).add_(mean, alpha=self.momentum)
                self.running_var.mul_(1 - self.momentum).add_(var, alpha=self.momentum * n / (n - 1))
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        rows = (rows - mean) * torch.rsqrt(var + self.eps)
        return rows.view(x.size(0), x.size(2), x.size(1)).permute(0, 2, 1) if x.dim() == 3 else rows


# %% never_updated | wrong | estimates_never_updated
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(axes)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight.view(shape) * ((x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)) + self.bias.view(shape)


# %% updated_in_eval_too | wrong | estimates_updated_in_eval
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.movedim(1, -1).flatten(0, -2)
        batch_mean, batch_var = rows.mean(0), rows.var(0, unbiased=False)
        mean = batch_mean if self.training else self.running_mean.clone()
        var = batch_var if self.training else self.running_var.clone()
        with torch.no_grad():
            self.running_mean += self.momentum * (batch_mean - self.running_mean)
            self.running_var += self.momentum * (rows.var(0) - self.running_var)
            self.num_batches_tracked += 1
        y = (rows - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
        return y if x.dim() == 2 else y.view(x.shape[0], x.shape[2], -1).transpose(1, 2)


# %% variance_from_zero | wrong | running_var_starts_at_zero
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.zeros(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        r = x.transpose(1, -1)
        d = tuple(range(r.dim() - 1))
        if self.training:
            mean, var = r.mean(d), r.var(d, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(r.var(d).detach(), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return ((r - mean) / (var + self.eps).sqrt() * self.weight + self.bias).transpose(1, -1)


# %% statistics_detached | wrong | gradient_past_the_statistics
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        with torch.no_grad():
            if self.training:
                mean, var = x.mean(axes), x.var(axes, unbiased=False)
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(axes), self.momentum)
                self.num_batches_tracked += 1
            else:
                mean, var = self.running_mean, self.running_var
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * x_hat + self.bias.view(shape)


# %% fixed_momentum | wrong | momentum_fixed
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        dims = (0,) if x.dim() == 2 else (0, 2)
        if self.training:
            mean, var = x.mean(dims, keepdim=True), x.var(dims, keepdim=True, correction=0)
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean = 0.9 * self.running_mean + 0.1 * mean.flatten()
                self.running_var = 0.9 * self.running_var + 0.1 * x.var(dims)
        else:
            shape = [1, -1, 1][: x.dim()]
            mean, var = self.running_mean.view(shape), self.running_var.view(shape)
        y = (x - mean) / (var + self.eps).sqrt()
        return (y.transpose(1, -1) * self.weight + self.bias).transpose(1, -1)


# %% counter_stands_still | wrong | counter_not_counted
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        r = x.transpose(1, -1)
        d = tuple(range(r.dim() - 1))
        if self.training:
            mean, var = r.mean(d), r.var(d, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(r.var(d).detach(), self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        return ((r - mean) / (var + self.eps).sqrt() * self.weight + self.bias).transpose(1, -1)


# %% gamma_and_beta | wrong | wrong_names
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.gamma = nn.Parameter(torch.ones(num_features))
        self.beta = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("moving_mean", torch.zeros(num_features))
        self.register_buffer("moving_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.moving_mean.lerp_(mean.detach(), self.momentum)
            self.moving_var.lerp_(x.var(axes).detach(), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.moving_mean, self.moving_var
        return self.gamma.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.beta.view(shape)


# %% torch_inside | wrong | forbidden_function
import torch
import torch.nn.functional as F
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if self.training:
            self.num_batches_tracked += 1
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps
        )


# %% subclass_of_torchs | wrong | forbidden_function
from torch import nn


class BatchNorm1d(nn.BatchNorm1d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps=eps, momentum=momentum)


# %% centres_the_callers_x | wrong | changes_input
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.var(axes).detach(), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        x -= mean.view(shape)
        x /= torch.sqrt(var.view(shape) + self.eps)
        return x * self.weight.view(shape) + self.bias.view(shape)


# %% two_dimensions_only | wrong | raises_with_three_dimensions
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        B, C = x.shape
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach() * B / (B - 1), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias


# %% estimates_keep_the_graph | wrong | graph_in_the_buffers
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(axes)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.bias.view(shape)


# %% biased_and_backwards | wrong | momentum_backwards, biased_running_variance
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        r = x.transpose(1, -1)
        d = tuple(range(r.dim() - 1))
        if self.training:
            mean = r.mean(d)
            var = ((r - mean) ** 2).mean(d)
            with torch.no_grad():
                self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
                self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return ((r - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias).transpose(1, -1)


# %% plain_and_eval_on_batch | wrong | batch_statistics_in_eval, buffers_plain_attributes
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = torch.zeros(num_features)
        self.running_var = torch.ones(num_features)
        self.num_batches_tracked = torch.tensor(0)

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        mean, var = x.mean(axes), x.var(axes, unbiased=False)
        if self.training:
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(axes).detach()
            self.num_batches_tracked += 1
        return self.weight.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.bias.view(shape)


# %% axes_and_eps | wrong | wrong_axes, eps_outside_root
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        y = x.unsqueeze(-1) if x.dim() == 2 else x
        if self.training:
            mean, std = y.mean(0), y.std(0, unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean.mean(-1), self.momentum)
                self.running_var.lerp_(y.var(0).mean(-1), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, std = self.running_mean[:, None], self.running_var.sqrt()[:, None]
        y = (y - mean) / (std + self.eps) * self.weight[:, None] + self.bias[:, None]
        return y.view(x.shape)


# %% unbiased_and_updates_in_eval | wrong | estimates_updated_in_eval, unbiased_normalising
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.transpose(1, -1)
        flat = rows.reshape(-1, x.shape[1])
        if self.training:
            mean, var = flat.mean(0), flat.var(0)
        else:
            mean, var = self.running_mean.clone(), self.running_var.clone()
        self.running_mean.lerp_(flat.detach().mean(0), self.momentum)
        self.running_var.lerp_(flat.detach().var(0), self.momentum)
        self.num_batches_tracked += 1
        return ((rows - mean) / (var + self.eps).sqrt() * self.weight + self.bias).transpose(1, -1)


# %% no_update_no_affine | wrong | affine_not_applied, estimates_never_updated
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.movedim(1, -1)
        dims = tuple(range(x.dim() - 1))
        if self.training:
            self.num_batches_tracked += 1
            mean, var = rows.mean(dims), rows.var(dims, correction=0)
        else:
            mean, var = self.running_mean, self.running_var
        return ((rows - mean) / torch.sqrt(var + self.eps)).movedim(-1, 1)


# %% zero_start_and_biased | wrong | running_var_starts_at_zero, biased_running_variance
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, torch.zeros(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach(), self.momentum)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.bias.view(shape)


# %% parameters_and_detached | wrong | gradient_past_the_statistics, buffers_parameters
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
        self.running_var = nn.Parameter(torch.ones(num_features), requires_grad=False)
        self.num_batches_tracked = nn.Parameter(torch.tensor(0), requires_grad=False)

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes).detach(), x.var(axes, unbiased=False).detach()
            self.running_mean.data = (1 - self.momentum) * self.running_mean.data + self.momentum * mean
            self.running_var.data = (1 - self.momentum) * self.running_var.data + self.momentum * x.var(axes).detach()
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.bias.view(shape)


# %% running_in_training_and_backwards | wrong | running_statistics_in_training, momentum_backwards
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = 1 - momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        r = x.transpose(1, -1)
        d = tuple(range(r.dim() - 1))
        if self.training:
            with torch.no_grad():
                self.running_mean.lerp_(r.mean(d), self.momentum)
                self.running_var.lerp_(r.var(d), self.momentum)
                self.num_batches_tracked += 1
        return ((r - self.running_mean) / (self.running_var + self.eps).sqrt() * self.weight + self.bias).transpose(1, -1)


# %% no_eps_no_counter | wrong | eps_missing, counter_not_counted
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        rows = x.movedim(1, 0).flatten(1)
        if self.training:
            m, s = rows.mean(1), rows.std(1, unbiased=False)
            self.running_mean.lerp_(m.detach(), self.momentum)
            self.running_var.lerp_(rows.var(1).detach(), self.momentum)
        else:
            m, s = self.running_mean, self.running_var.sqrt()
        shape = (-1, 1) if x.dim() == 3 else (-1,)
        return self.weight.view(shape) * (x - m.view(shape)) / s.view(shape) + self.bias.view(shape)


# %% in_place_and_fixed_momentum | wrong | changes_input, momentum_fixed
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean.detach()
            self.running_var = 0.9 * self.running_var + 0.1 * x.var(axes).detach()
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        x.sub_(mean.view(shape)).div_(torch.sqrt(var.view(shape) + self.eps))
        return x * self.weight.view(shape) + self.bias.view(shape)


# %% half_only_training | half | eval_undone
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.var(axes).detach(), self.momentum)
            self.num_batches_tracked += 1
        else:
            raise NotImplementedError("TODO")
        return self.weight.view(shape) * (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) + self.bias.view(shape)


# %% half_only_eval | half | training_undone
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if not self.training:
            shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
            x_hat = (x - self.running_mean.view(shape)) / torch.sqrt(self.running_var.view(shape) + self.eps)
            return self.weight.view(shape) * x_hat + self.bias.view(shape)
        # TODO: training


# %% half_no_running_numbers | half | estimates_never_updated, counter_not_counted
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        dims = (0, 2) if x.dim() == 3 else (0,)
        shape = (1, -1, 1) if x.dim() == 3 else (1, -1)
        if self.training:
            mean, var = x.mean(dims), x.var(dims, unbiased=False)
            # TODO: running_mean, running_var
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps) * self.weight.view(shape) + self.bias.view(shape)


# %% half_two_dimensions | half | raises_with_three_dimensions
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if x.dim() == 3:
            raise NotImplementedError  # TODO (B, C, T)
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(0), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias


# %% half_normalises_only | half | batch_statistics_in_eval, affine_missing, buffers_missing
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        # TODO: weight, bias, running_mean, running_var

    def forward(self, x):
        axes = (0, 2) if x.dim() == 3 else (0,)
        mean = x.mean(axes, keepdim=True)
        var = x.var(axes, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps)


# %% statistics_by_moments | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.register_parameter("weight", nn.Parameter(torch.ones(num_features)))
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)))
        for name, value in (("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((num_features,), value))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        columns = x.permute(1, 0, *range(2, x.dim())).flatten(1)  # (C, n)
        if self.training:
            n = columns.shape[1]
            mean = columns.sum(1) / n
            var = ((columns - mean[:, None]) ** 2).sum(1) / n
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
                self.num_batches_tracked.add_(1)
        else:
            mean, var = self.running_mean, self.running_var
        tail = (1,) * (x.dim() - 2)
        scale = self.weight * (var + self.eps).pow(-0.5)
        return x * scale.view(-1, *tail) + (self.bias - mean * scale).view(-1, *tail)


# %% property_and_setattr | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.register_buffer("running_mean", torch.zeros(num_features), persistent=True)
        self.register_buffer("running_var", torch.ones(num_features), persistent=True)
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.int64))
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        self._settings = {"eps": eps, "momentum": momentum}

    @property
    def keep(self):
        return 1 - self._settings["momentum"]

    def _remember(self, **found):
        for name, value in found.items():
            old = getattr(self, f"running_{name}")
            setattr(self, f"running_{name}", (self.keep * old + self._settings["momentum"] * value).detach())
        self.num_batches_tracked = self.num_batches_tracked + 1

    def forward(self, x):
        over = [d for d in range(x.dim()) if d != 1]
        shape = [x.shape[1] if d == 1 else 1 for d in range(x.dim())]
        if self.training:
            m = x.mean(over)
            centred = x - m.reshape(shape)
            v = (centred * centred).mean(over)
            self._remember(mean=m, var=x.var(over))
        else:
            m, v = self.running_mean, self.running_var
            centred = x - m.reshape(shape)
        return centred.div((v + self._settings["eps"]).sqrt().reshape(shape)).mul(self.weight.reshape(shape)).add(
            self.bias.reshape(shape)
        )


# %% branch_by_method_table | right | -
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        nn.Module.__init__(self)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.empty(num_features).fill_(1))
        self.bias = nn.Parameter(torch.empty(num_features).fill_(0))
        self.register_buffer("running_mean", torch.empty(num_features).fill_(0))
        self.register_buffer("running_var", torch.empty(num_features).fill_(1))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def of_batch(self, rows):
        mean, square = rows.mean(0), (rows - rows.mean(0)).square().mean(0)
        n = rows.shape[0]
        self.running_mean.mul_(1 - self.momentum).add_(mean.detach(), alpha=self.momentum)
        self.running_var.mul_(1 - self.momentum).add_(square.detach(), alpha=self.momentum * n / (n - 1))
        self.num_batches_tracked += 1
        return mean, square

    def of_past(self, rows):
        return self.running_mean, self.running_var

    def forward(self, x):
        rows = x if x.ndim == 2 else x.transpose(1, 2).flatten(0, 1)
        mean, var = {True: self.of_batch, False: self.of_past}[self.training](rows)
        done = self.weight * (rows - mean) / torch.sqrt(var + self.eps) + self.bias
        return done if x.ndim == 2 else done.unflatten(0, (x.shape[0], x.shape[2])).transpose(1, 2)


# %% matmul_mean | right | -
import torch
from torch import nn
from torch.nn import Parameter


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = Parameter(torch.ones(num_features))
        self.bias = Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        if x.dim() == 3:
            B, C, T = x.shape
            y = self.forward(x.permute(0, 2, 1).reshape(B * T, C))
            return y.reshape(B, T, C).permute(0, 2, 1).contiguous()
        if not self.training:
            return self._finish(x - self.running_mean, self.running_var)
        n = x.shape[0]
        share = x.new_full((n,), 1 / n)
        mean = share @ x
        centred = x - mean
        squares = (centred * centred).sum(0)
        keep = 1 - self.momentum
        self.running_mean.copy_(keep * self.running_mean + self.momentum * mean.detach())
        self.running_var.copy_(keep * self.running_var + self.momentum * squares.detach() / (n - 1))
        self.num_batches_tracked.add_(1)
        return self._finish(centred, squares / n)

    def _finish(self, centred, var):
        return torch.addcmul(self.bias, centred * (var + self.eps).rsqrt(), self.weight)
