# ruff: noqa
"""Labelled answers to the turn `batch_norm`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right). The stub gives the constructor.
"""


class Given(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))


# %% the course's own | -
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% by the definition | -
class MyBatchNorm(Given):
    def forward(self, x):
        B, C, H, W = x.shape
        n = B * H * W
        if self.training:
            mean = x.sum((0, 2, 3)) / n
            var = ((x - mean.view(1, C, 1, 1)) ** 2).sum((0, 2, 3)) / n
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var.detach() * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        x = (x - mean.view(1, C, 1, 1)) / (var.view(1, C, 1, 1) + self.eps) ** 0.5
        return x * self.weight.view(1, C, 1, 1) + self.bias.view(1, C, 1, 1)


# %% two variances, lerp_ | -
class MyBatchNorm(Given):
    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            dims = [0, 2, 3]
            mean, var = x.mean(dims), x.var(dims, unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.detach().var(dims), self.momentum)
        scale = self.weight * torch.rsqrt(var + self.eps)
        shift = self.bias - mean * scale
        return x * scale[:, None, None] + shift[:, None, None]


# %% channels last in between | -
class MyBatchNorm(Given):
    def forward(self, x):
        z = x.movedim(1, -1)
        if self.training:
            rows = z.reshape(-1, z.shape[-1])
            var, mean = torch.var_mean(rows, dim=0, correction=0)
            with torch.no_grad():
                self.running_mean.mul_(1 - self.momentum).add_(mean, alpha=self.momentum)
                self.running_var.mul_(1 - self.momentum).add_(rows.var(0), alpha=self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        z = (z - mean) / (var + self.eps).sqrt() * self.weight + self.bias
        return z.movedim(-1, 1)


# %% keepdim, mean of squares | -
class MyBatchNorm(Given):
    def forward(self, x):
        w, b = self.weight[None, :, None, None], self.bias[None, :, None, None]
        if not self.training:
            m, v = self.running_mean[None, :, None, None], self.running_var[None, :, None, None]
            return (x - m) / torch.sqrt(v + self.eps) * w + b
        m = x.mean(dim=(0, 2, 3), keepdim=True)
        centred = x - m
        v = (centred ** 2).mean(dim=(0, 2, 3), keepdim=True)
        n = x[:, 0].numel()
        self.running_mean.data += self.momentum * (m.flatten() - self.running_mean)
        self.running_var.data += self.momentum * (v.flatten() * n / (n - 1) - self.running_var)
        return centred / torch.sqrt(v + self.eps) * w + b


# %% under no_grad, by copy_ | -
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            mean = x.transpose(0, 1).flatten(1).mean(1)
            var = x.transpose(0, 1).flatten(1).var(1, correction=0)
            with torch.no_grad():
                unbiased = x.transpose(0, 1).flatten(1).var(1, correction=1)
                self.running_mean.copy_(self.running_mean * (1 - self.momentum) + mean * self.momentum)
                self.running_var.copy_(self.running_var * (1 - self.momentum) + unbiased * self.momentum)
        else:
            mean = self.running_mean
            var = self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% with a counter of batches | -
class MyBatchNorm(Given):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            self.num_batches_tracked += 1
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var((0, 2, 3)), self.momentum)
        mean, var, weight, bias = (v.view(1, -1, 1, 1) for v in (mean, var, self.weight, self.bias))
        return (x - mean) / torch.sqrt(var + self.eps) * weight + bias


# %% divided by n | biased_running
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% x.var() for both | unbiased_both
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3))
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% x.var() and n / (n - 1) | unbiased_twice
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3))
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% the two exchanged | unbiased_exchanged
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3))
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * (n - 1) / n - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% n is the number of images | images_counted
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.shape[0]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% n counts the channels too | channels_counted
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel()
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% n is the number of pixels | pixels_counted
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x[0, 0].numel()
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% momentum is the share of the old | momentum_turned
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
                self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% the last batch | batch_alone
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean = mean
                self.running_var = var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% into other names | never_moved
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
                running_var = self.running_var + self.momentum * (var - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% only the mean | mean_alone
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                pass
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% added without taking away | wrong_buffers
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * mean
                self.running_var += self.momentum * var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% one mean for all channels | one_for_all_channels
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel()
            mean = x.mean().expand(x.shape[1])
            var = x.var(correction=0).expand(x.shape[1])
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% the running averages at once | running_in_training
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            with torch.no_grad():
                self.running_mean += self.momentum * (x.mean((0, 2, 3)) - self.running_mean)
                self.running_var += self.momentum * (x.var((0, 2, 3)) - self.running_var)
        mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% gamma and beta forgotten | no_gamma_beta
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return x_hat


# %% gamma forgotten | no_gamma
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return x_hat + self.bias[:, None, None]


# %% beta forgotten | no_beta
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat


# %% divided by the variance | no_root
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / (var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% eps behind the root | eps_outside
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / (torch.sqrt(var[:, None, None]) + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% no eps | no_eps
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None])
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% the mode is not asked | wrong_eval
class MyBatchNorm(Given):
    def forward(self, x):
        if True:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% normalised by the batch in use | wrong_eval
class MyBatchNorm(Given):
    def forward(self, x):
        n = x.numel() // x.shape[1]
        mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
        if self.training:
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% mean and variance without gradient | wrong_gradients
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            with torch.no_grad():
                mean = x.mean(dim=(0, 2, 3))
                var = x.var(dim=(0, 2, 3), correction=0)
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% the graph is kept | wrong_graph
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            self.running_var = self.running_var + self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% each image by itself | raises
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(2, 3))
            var = x.var(dim=(2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% over the batch only | raises
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(0)
            var = x.var(0, correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% along the last axis | along_last_axis
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / torch.sqrt(var + self.eps)
        return self.weight * x_hat + self.bias


# %% the wrong branch | raises
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
        else:
            mean, var = self.running_mean, self.running_var
            x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


# %% each image by itself, averages of these | wrong_output
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean, var = x.mean(dim=(2, 3), keepdim=True), x.var(dim=(2, 3), keepdim=True, correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean.mean(0).flatten() - self.running_mean)
                self.running_var += self.momentum * (var.mean(0).flatten() * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean[:, None, None], self.running_var[:, None, None]
        return self.weight[:, None, None] * (x - mean) / torch.sqrt(var + self.eps) + self.bias[:, None, None]


# %% the constructor written anew, without buffers | wrong_registered
class MyBatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean, self.running_var = torch.zeros(num_features), torch.ones(num_features)

    def forward(self, x):
        return x


# %% torch's function | shortcut
class MyBatchNorm(Given):
    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps)


# %% no return | returns_nothing
class MyBatchNorm(Given):
    def forward(self, x):
        if self.training:
            n = x.numel() // x.shape[1]
            mean = x.mean(dim=(0, 2, 3))
            var = x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        y = self.weight[:, None, None] * x_hat + self.bias[:, None, None]
