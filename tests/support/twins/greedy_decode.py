"""A twin of `greedy_decode` with mistakes to switch on."""

import torch
import torch.nn.functional as F
from torch import nn

from twins.common import Faults, Seen, normal, number, outcome
from twins.evaluate import restored

FORMS = {"no_bos": 3, "max_len_off_by_one": 2, "stops_with_first_row": 3, "does_not_stop": 2}
FORBIDDEN = None
BOS, EOS, WORDS = 1, 2, 7


def beginning(faults: Faults, source, bos, eos):
    first = torch.full((len(source), 1), bos)
    if "no_bos" in faults:
        return (torch.zeros_like(first), torch.full_like(first, eos), source[:, :1])[faults["no_bos"]]
    return first


def twin(faults: Faults):
    def choose(model, source, target, max_len, eos):
        last = -1
        if "places_not_written_yet" in faults:
            last = target.shape[1] - 1
            target = F.pad(target, (0, max_len - last), value=eos)
        if "last_token_alone" in faults:
            target = target[:, -1:]
        given = target if "source_not_handed_on" in faults else source
        if "source_and_target_swapped" in faults:
            given, target = target, source
        logits = model(given, target)[:, 0 if "first_position_read" in faults else last]
        if "row_zero_for_all" in faults:
            logits = logits[:1].expand_as(logits)
        if "samples" in faults:
            return torch.multinomial(logits.softmax(-1), 1)[:, 0]
        return logits.argmax(-1)

    def decode(model, source, bos, eos, max_len):
        if "one_step_only" in faults:
            max_len = 1
        if "max_len_off_by_one" in faults:
            max_len += (-1, 1)[faults["max_len_off_by_one"]]
        if "first_row_alone" in faults:
            source = source[:1]
        target = beginning(faults, source, bos, eos)
        done = torch.zeros(len(source), dtype=torch.bool)
        for _ in range(max_len):
            token = choose(model, source, target, max_len, eos)
            if "raises_for_more_than_one_row" in faults and len(source) > 1:
                raise RuntimeError
            if "runs_past_eos" not in faults and faults.get("stops_with_first_row") != 2:
                token = token.masked_fill(done, 0 if "padded_with_other_than_eos" in faults else eos)
            done = done | (token == eos)
            if "eos_left_out" in faults and done.all():
                break
            target = torch.cat([target, token[:, None]], 1)
            stop = done.all()
            if "does_not_stop" in faults:
                stop = faults["does_not_stop"] == 1 and (token == eos).all()
            if "stops_with_first_row" in faults:
                stop = done[0] if faults["stops_with_first_row"] == 1 else done.any()
            if stop:
                break
        return target if "bos_kept" in faults else target[:, 1:]

    def greedy_decode(model, source, bos, eos, max_len):
        modes = [module.training for module in model.modules()]
        if "train_mode" not in faults:
            model.eval()
        with torch.set_grad_enabled("gradients_kept" in faults):
            tokens = decode(model, source, bos, eos, max_len)
        restored(faults, model, modes)
        if "wrong_dtype" in faults:
            tokens = tokens.float()
        if "returns_lists" in faults:
            tokens = tokens.tolist()
        return None if "returns_nothing" in faults else tokens

    return greedy_decode


class Reader(nn.Module):
    """What it says hangs on the source and on every token and its place; it notes how it is called."""

    def __init__(self, generator):
        super().__init__()
        self.source = nn.Parameter(2 * normal(generator, WORDS, 12))
        self.target = nn.Parameter(2 * normal(generator, WORDS, 12))
        self.place = nn.Parameter(2 * normal(generator, 40, 12))
        self.out = nn.Parameter(normal(generator, 12, WORDS))
        self.inner = nn.Identity()
        self.notes, self.in_vain = set(), False

    def forward(self, source, target):
        T = target.shape[1]
        far = torch.arange(1, T + 1)[:, None]
        words = self.target[target] * (1 + self.place[:T])  # another order of the same tokens is told
        written = words.cumsum(1) / far.sqrt() + self.place[:T]
        written = written + words.sum(1, keepdim=True) / T**0.5
        hidden = (written + self.source[source].mean(1, keepdim=True)).tanh()
        # a row ends at a step that its source says, and writes other words if it is asked to go on
        ends = 2 * (source[:, :1] - 2) == torch.arange(1, T + 1)
        logits = hidden @ self.out + torch.where(ends, 20.0, -20.0)[..., None] * (torch.arange(WORDS) == EOS)
        self.notes.add(f"training {self.training}, {self.inner.training}, recorded {logits.requires_grad}")
        self.in_vain |= bool((target[:, 1:] == EOS).any(1).all())
        return logits


def observe(greedy_decode, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    seen = {}
    cases = (("train", True, 12), ("eval", False, 12), ("short", True, 3), ("one", False, 1))
    for name, training, max_len in cases:
        for rows in (1, 4):
            model = Reader(generator).train(training)
            source = torch.randint(3, WORDS, (rows, number(generator, 3, 5)), generator=generator)
            torch.manual_seed(0)
            found = outcome(lambda: greedy_decode(model, source, BOS, EOS, max_len))  # noqa: B023
            key = f"{name}, {rows} rows"
            seen[key] = found
            seen[f"{key}: notes"] = sorted(model.notes)
            seen[f"{key}: modes after"] = [module.training for module in model.modules()]
            seen[f"{key}: called when all rows had ended"] = model.in_vain
    return seen
