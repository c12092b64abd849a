"""A twin of `BatchNorm1d` with mistakes to switch on."""

import torch
from torch import nn

from twins.common import Faults, Seen, gradients, normal, number, outcome

FORMS = {"wrong_axes": 2}
FORBIDDEN = r"(native_|_?cudnn_)?batch_norm|_native_batch_norm_legit|instance_norm|group_norm|layer_norm"


def twin(faults: Faults):
    class BatchNorm1d(nn.Module):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__()
            self.eps, self.momentum = eps, 0.1 if "momentum_fixed" in faults else momentum
            if "momentum_backwards" in faults:
                self.momentum = 1 - self.momentum
            other = "wrong_names" in faults
            self.names = ("gamma", "beta") if other else ("weight", "bias")
            if "affine_missing" not in faults:
                for name, start in zip(self.names, (torch.ones, torch.zeros), strict=True):
                    self.register_parameter(name, nn.Parameter(start(num_features)))
            variance = torch.zeros if "running_var_starts_at_zero" in faults else torch.ones
            self.kept = ("moving_mean", "moving_var") if other else ("running_mean", "running_var")
            self.keep(self.kept[0], torch.zeros(num_features))
            self.keep(self.kept[1], variance(num_features))
            self.keep("num_batches_tracked", torch.tensor(0))

        def keep(self, name, value):
            if "buffers_missing" in faults:
                return
            if "buffers_plain_attributes" in faults:
                setattr(self, name, value)
            elif "buffers_parameters" in faults:
                setattr(self, name, nn.Parameter(value, requires_grad=False))
            else:
                self.register_buffer(name, value)

        def move(self, name, value):
            moved = (1 - self.momentum) * getattr(self, name) + self.momentum * value
            if "buffers_parameters" in faults:
                getattr(self, name).data = moved.detach()
            else:
                setattr(self, name, moved if "graph_in_the_buffers" in faults else moved.detach())

        def forward(self, x):
            if "eval_undone" in faults and not self.training:
                raise NotImplementedError
            if "training_undone" in faults and self.training:
                return None
            if "raises_with_three_dimensions" in faults and x.dim() == 3:
                raise ValueError
            z = x.unsqueeze(2) if x.dim() == 2 else x
            axes = (0, 2)
            if "wrong_axes" in faults and x.dim() == 3:
                axes = ((0,), (2,))[faults["wrong_axes"]]
            mean, biased = z.mean(axes, keepdim=True), z.var(axes, correction=0, keepdim=True)
            unbiased = z.var(axes, keepdim=True)
            updated = self.training or "estimates_updated_in_eval" in faults
            updated = updated and "buffers_missing" not in faults
            before = [getattr(self, name, None) for name in self.kept]
            if updated and "counter_not_counted" not in faults:
                self.num_batches_tracked += 1
            if updated and "estimates_never_updated" not in faults:
                spread = biased if "biased_running_variance" in faults else unbiased
                self.move(self.kept[0], mean.mean((0, 2)))
                self.move(self.kept[1], spread.mean((0, 2)))
            if self.training and "running_statistics_in_training" in faults:
                before = [getattr(self, name) for name in self.kept]
            batch = (self.training or "batch_statistics_in_eval" in faults) and not (
                self.training and "running_statistics_in_training" in faults
            )
            if batch:
                var = unbiased if "unbiased_normalising" in faults else biased
            else:
                mean, var = (value[None, :, None] for value in before)
            if "gradient_past_the_statistics" in faults:
                mean, var = mean.detach(), var.detach()
            if "eps_outside_root" in faults:
                root = var.sqrt() + self.eps
            else:
                root = (var + (0 if "eps_missing" in faults else self.eps)).sqrt()
            if "changes_input" in faults:
                z -= mean
                z /= root
                y = z
            else:
                y = (z - mean) / root
            if "affine_missing" not in faults and "affine_not_applied" not in faults:
                weight, bias = (getattr(self, name) for name in self.names)
                y = y * weight[:, None] + bias[:, None]
            return y.squeeze(2) if x.dim() == 2 else y

    return BatchNorm1d


def state(module: nn.Module) -> dict:
    """What it holds, by name, and as what; plain tensors too."""
    held = {("parameter", name): value for name, value in module.named_parameters()}
    held |= {("buffer", name): value for name, value in module.named_buffers()}
    held |= {("attribute", name): v for name, v in vars(module).items() if isinstance(v, torch.Tensor)}
    return {key: held[key] for key in sorted(held)}


def observe(layer, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    seen = {}
    for shape in ((), (number(generator, 4, 6),), (1,)):
        C = number(generator, 2, 4)
        # a large eps and a momentum of its own: both are seen, wherever they stand
        for options in ({}, {"eps": 0.3, "momentum": 0.3}):
            module = layer(C, **options).double()
            key = f"{2 + len(shape)} axes, {'one step, ' * (shape == (1,))}{options}"
            seen[f"{key}: new"] = [(where, v.detach().clone()) for where, v in state(module).items()]
            for parameter in module.parameters():
                if parameter.requires_grad:
                    parameter.data = normal(generator, *parameter.shape)
            leaves = [parameter for parameter in module.parameters() if parameter.requires_grad]
            # twice in training: what the running values were counts where they began at 0 and 1
            for step in ("training", "training again", "eval"):
                module.train(step != "eval")
                leaf = (3 * normal(generator, number(generator, 3, 5), C, *shape) + 1).requires_grad_()
                x = leaf * 1.0  # no leaf: a change in place raises nothing here
                given = x.detach().clone()
                found = outcome(lambda: module(x))  # noqa: B023 (called at once)
                seen[f"{key}, {step}"] = found
                seen[f"{key}, {step}: gradients"] = gradients(found, [leaf, *leaves])
                seen[f"{key}, {step}: input is as it was"] = bool(torch.equal(x.detach(), given))
                seen[f"{key}, {step}: state"] = [(w, v.detach().clone()) for w, v in state(module).items()]
                seen[f"{key}, {step}: graph kept"] = any(
                    v.grad_fn is not None for v in state(module).values()
                )
    return seen
