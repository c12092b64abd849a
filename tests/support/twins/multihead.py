"""A twin of `GroupedQueryAttention` with mistakes to switch on."""

import torch
from torch import nn

from twins.common import Faults, Seen, gradients, normal, number, outcome

FORMS = {"softmax_wrong_axis": 2, "kv_projections_full_width": 2, "no_value_error": 2}
FORBIDDEN = r"scaled_dot_product_attention|multi_head_attention_forward|_native_multi_head_attention"
NAMES = ("q_proj", "k_proj", "v_proj", "out_proj")


def twin(faults: Faults):
    class GroupedQueryAttention(nn.Module):
        def __init__(self, embed_dim, num_heads, num_kv_heads):
            super().__init__()
            if embed_dim % num_heads or num_heads % num_kv_heads:
                if faults.get("no_value_error") == 1:
                    raise AssertionError
                if "no_value_error" not in faults:
                    raise ValueError
            self.sizes = embed_dim, num_heads, num_kv_heads, embed_dim // num_heads
            kv = embed_dim if "kv_projections_full_width" in faults else num_kv_heads * self.sizes[3]
            names = ("w_q", "w_k", "w_v", "w_o") if "wrong_names" in faults else NAMES
            for name, width in zip(names, (embed_dim, kv, kv, embed_dim), strict=True):
                layer = nn.Linear(embed_dim, width, bias="projections_without_bias" not in faults)
                self.add_module(name, layer)

        def split(self, projected, heads):
            B, T = projected.shape[:2]
            if "split_without_transpose" in faults:
                return projected.reshape(B, heads, T, self.sizes[3])
            return projected.view(B, T, heads, self.sizes[3]).transpose(1, 2)

        def kv_heads(self, projected, wrongly_repeated):
            _, nH, nK, _ = self.sizes
            heads = self.split(projected, nH if "kv_projections_full_width" in faults else nK)
            if "kv_projections_full_width" in faults:
                if faults["kv_projections_full_width"] == 0:
                    return heads
                heads = heads[:, :nK]
            if "grouping_undone" in faults:
                return heads
            if wrongly_repeated:
                return heads.repeat(1, nH // nK, 1, 1)
            return heads.repeat_interleave(nH // nK, 1)

        def forward(self, x, mask=None):
            D, nH, nK, dH = self.sizes
            B, T, _ = x.shape
            if "forward_undone" in faults:
                raise NotImplementedError
            q_proj, k_proj, v_proj, out_proj = self.children()
            repeated = "heads_repeated_in_wrong_order" in faults
            q = self.split(x if "queries_not_projected" in faults else q_proj(x), nH)
            k = self.kv_heads(k_proj(x), repeated)
            v = self.kv_heads(v_proj(x), repeated or "values_repeated_in_wrong_order" in faults)
            if "keys_and_values_swapped" in faults:
                k, v = v, k
            width = 1 if "not_scaled" in faults else D if "scaled_by_embed_dim" in faults else dH
            scores = q @ k.mT / width**0.5
            if mask is None and "raises_without_mask" in faults:
                raise TypeError
            if mask is not None and "mask_undone" in faults:
                raise NotImplementedError
            if mask is not None and "raises_with_four_dimensional_mask" in faults:
                mask = mask.view(1, 1, T, T)
            if mask is not None and "mask_ignored" not in faults and "mask_after_softmax" not in faults:
                scores = scores.masked_fill(mask if "mask_opposite_sense" in faults else ~mask, -1e9)
            axis = (2, 1)[faults["softmax_wrong_axis"]] if "softmax_wrong_axis" in faults else 3
            weights = scores.softmax(axis)
            if mask is not None and "mask_after_softmax" in faults:
                weights = weights * mask
            mixed = weights @ v
            if "heads_not_merged" in faults:
                return mixed, weights
            if "merged_in_wrong_order" in faults:
                merged = mixed.permute(0, 2, 3, 1).reshape(B, T, D)
            elif "merged_without_transpose" in faults:
                merged = mixed.reshape(B, T, D)
            else:
                merged = mixed.transpose(1, 2).reshape(B, T, D)
            output = merged if "output_layer_missing" in faults else out_proj(merged)
            if "weights_averaged_over_heads" in faults:
                weights = weights.mean(1)
            if "scores_for_weights" in faults:
                hidden = mask is not None
                weights = scores.masked_fill(~mask, -torch.inf) if hidden else scores
            if "one_of_two" in faults:
                return output
            return (weights, output) if "wrong_return_order" in faults else (output, weights)

    return GroupedQueryAttention


def filled(module: nn.Module, generator: torch.Generator) -> nn.Module:
    """The same numbers in the same layers, whatever they are called."""
    own = [child for child in module.children() if isinstance(child, nn.Linear)]
    named = [getattr(module, name, None) for name in NAMES]
    for layer in own if None in named else named:
        for parameter in layer.parameters():
            parameter.data = 0.7 * normal(generator, *parameter.shape)
    return module.double()


def finite(part):
    """None for scores, which are not finite where a key is hidden: their gradients say nothing."""
    return part if isinstance(part, torch.Tensor) and part.isfinite().all() else None


def observe(attention, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    seen = {}
    for name, sizes in (("embed_dim", (10, 4, 2)), ("num_heads", (12, 4, 3))):
        try:
            attention(*sizes)
            seen[f"{name} not divided"] = "built"
        except Exception as error:  # which error it is, is what there is to see
            seen[f"{name} not divided"] = type(error).__name__
    for nH, nK in ((6, 2), (2, 1)):  # groups of another size than there are of them
        D = nH * number(generator, 2, 3)
        module = filled(attention(D, nH, nK), generator)
        shapes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
        seen[f"{nH, nK}: parameters"] = sorted(shapes.items())
        B, T = 2, number(generator, 3, 4)
        causal = torch.ones(T, T, dtype=torch.bool).tril()
        real = torch.arange(T) < torch.tensor([2, T, 3])[:B, None]
        masks = {"no mask": None, "causal": causal, "lengths": real[:, None, None], "by head": None}
        masks["by head"] = torch.rand(B, nH, T, T, generator=generator) < 0.5
        masks["by head"][..., 0] = True
        for name, mask in masks.items():
            x = normal(generator, B, T, D).requires_grad_()
            given = () if mask is None else (mask.clone(),)
            found = outcome(lambda: module(x, *given))  # noqa: B023 (called at once)
            key = f"{nH, nK}: {name}"
            seen[key] = found
            parts = found if isinstance(found, tuple) else (found,)
            seen[f"{key}: gradients"] = [gradients(finite(part), [x]) for part in parts]
            seen[f"{key}: mask"] = list(given)
    return seen
