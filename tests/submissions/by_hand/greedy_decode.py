# ruff: noqa
"""Labelled answers to `greedy_decode`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% done_flags | right | -
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        logits = model(source, target)
        token = logits[:, -1].argmax(-1)
        token = token.masked_fill(done, eos)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% preallocated | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was = {m: m.training for m in model.modules()}
    model.eval()
    B = source.size(0)
    out = torch.full((B, max_len + 1), eos, dtype=torch.int64, device=source.device)
    out[:, 0] = bos
    n = 0
    with torch.no_grad():
        alive = torch.ones(B, dtype=torch.bool, device=source.device)
        while n < max_len and alive.any():
            best = model(source, out[:, : n + 1])[:, n].argmax(dim=1)
            out[alive, n + 1] = best[alive]
            alive = alive & (best != eos)
            n += 1
    for m, mode in was.items():
        m.training = mode
    return out[:, 1 : n + 1]


# %% python_lists | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [m.training for m in model.modules()]
    model.eval()
    rows = [[bos] for _ in range(len(source))]
    with torch.no_grad():
        for step in range(max_len):
            logits = model(source, torch.tensor(rows, device=source.device))
            for row, scores in zip(rows, logits[:, -1, :]):
                ended = step > 0 and row[-1] == eos
                row.append(eos if ended else int(scores.argmax()))
            if all(row[-1] == eos for row in rows):
                break
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return torch.tensor([row[1:] for row in rows], dtype=torch.long, device=source.device)


# %% recursive | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    def write(target, open_rows, left):
        if left == 0 or not open_rows.any():
            return target
        token = torch.where(open_rows, model(source, target)[:, -1].argmax(-1), eos)
        return write(torch.cat((target, token.unsqueeze(1)), 1), open_rows & (token != eos), left - 1)

    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.inference_mode():
        start = torch.full((len(source), 1), bos, dtype=torch.long, device=source.device)
        result = write(start, torch.ones(len(source), dtype=torch.bool, device=source.device), max_len)
    for m, mode in modes:
        m.training = mode
    return result[:, 1:].clone()


# %% cut_afterwards | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    y = source.new_full((source.shape[0], 1), bos, dtype=torch.long)
    with torch.no_grad():
        for _ in range(max_len):
            y = torch.cat([y, model(source, y)[:, -1:].argmax(-1)], 1)
            if (y[:, 1:] == eos).any(1).all():
                break
    for m, mode in modes.items():
        m.training = mode
    tokens = y[:, 1:]
    ended = (tokens == eos).long().cumsum(1)
    before = ended - (tokens == eos).long()  # EOS written before this token
    return tokens.masked_fill(before > 0, eos)


# %% topk_and_stack | right | -
import torch
import torch.nn.functional as F


def greedy_decode(model, source, bos, eos, max_len):
    state = [(m, m.training) for m in model.modules()]
    try:
        model.eval()
        with torch.no_grad():
            batch = source.size(0)
            tokens = [torch.full((batch,), bos, dtype=torch.long, device=source.device)]
            finished = torch.zeros(batch, dtype=torch.uint8, device=source.device)
            for _ in range(max_len):
                so_far = torch.stack(tokens, dim=1)
                log_probs = F.log_softmax(model(source, so_far)[:, -1, :], dim=-1)
                _, index = log_probs.topk(1)
                token = index.squeeze(1)
                token = token * (1 - finished) + eos * finished
                tokens.append(token)
                finished |= (token == eos).to(torch.uint8)
                if int(finished.sum()) == batch:
                    break
            return torch.stack(tokens[1:], dim=1)
    finally:
        for m, mode in state:
            m.training = mode


# %% row_by_row | right | -
import torch
from torch import nn


def greedy_decode(model, source, bos, eos, max_len):
    """Each row for itself, padded with EOS at the end."""
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    rows = []
    with torch.no_grad():
        for b in range(source.size(0)):
            row = torch.tensor([[bos]], device=source.device)
            while row.size(1) <= max_len:
                token = model(source[b : b + 1], row)[0, -1].argmax().view(1, 1)
                row = torch.cat([row, token], dim=1)
                if token.item() == eos:
                    break
            rows.append(row[0, 1:])
    for m, mode in modes:
        m.training = mode
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=eos)


# %% class_heavy | right | -
import torch


class Hypotheses:
    def __init__(self, batch, bos, eos, device):
        self.eos = eos
        self.tokens = torch.full((batch, 1), bos, dtype=torch.long, device=device)
        self.finished = torch.zeros(batch, dtype=torch.bool, device=device)

    def append(self, token):
        token = torch.where(self.finished, torch.full_like(token, self.eos), token)
        self.tokens = torch.cat([self.tokens, token.unsqueeze(1)], dim=1)
        self.finished = self.finished | token.eq(self.eos)

    @property
    def complete(self):
        return bool(self.finished.all())

    def result(self):
        return self.tokens[:, 1:]


class EvalMode:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.modes = [(m, m.training) for m in self.model.modules()]
        self.model.eval()
        return self.model

    def __exit__(self, *error):
        for m, mode in self.modes:
            m.training = mode


def greedy_decode(model, source, bos, eos, max_len):
    with EvalMode(model), torch.no_grad():
        written = Hypotheses(source.shape[0], bos, eos, source.device)
        for _ in range(max_len):
            logits = model(source, written.tokens)
            written.append(logits[:, -1].argmax(dim=-1))
            if written.complete:
                break
        return written.result()


# %% over_defensive | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    if max_len < 1:
        raise ValueError("max_len must be at least 1")
    if source.dim() < 1:
        raise ValueError("source must have a batch axis")
    bos, eos, max_len = int(bos), int(eos), int(max_len)
    training_flags = []
    for module in model.modules():
        training_flags.append(module.training)
    model.eval()
    batch_size = source.shape[0]
    device = source.device
    generated = torch.empty((batch_size, 0), dtype=torch.int64, device=device)
    start = torch.full((batch_size, 1), bos, dtype=torch.int64, device=device)
    unfinished = torch.ones((batch_size,), dtype=torch.int64, device=device)
    with torch.no_grad():
        for position in range(max_len):
            target = torch.cat([start, generated], dim=1)
            assert target.shape == (batch_size, position + 1)
            logits = model(source, target)
            assert logits.shape[:2] == target.shape
            next_logits = logits[:, position, :]
            next_token = torch.argmax(next_logits, dim=-1)
            next_token = next_token * unfinished + eos * (1 - unfinished)
            generated = torch.cat([generated, next_token.unsqueeze(-1)], dim=1)
            unfinished = unfinished * (next_token != eos).long()
            if unfinished.max().item() == 0:
                break
    for module, flag in zip(model.modules(), training_flags):
        module.training = flag
    assert generated.shape[1] <= max_len
    return generated


# %% terse | right | -
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    on = [m for m in model.modules() if m.training]
    model.eval()
    y = torch.full((len(source), 1), bos, device=source.device)
    end = torch.zeros_like(y, dtype=torch.bool)
    while y.shape[1] <= max_len and not end.all():
        y = torch.cat([y, model(source, y)[:, -1:].argmax(-1).masked_fill(end, eos)], 1)
        end |= y[:, -1:] == eos
    for m in on:
        m.training = True
    return y[:, 1:]


# %% only_open_rows | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    """Rows that have ended are not given to the model again."""
    modes = [(m, m.training) for m in model.modules()]
    model.train(False)
    B = source.shape[0]
    tokens = torch.full((B, max_len), eos, dtype=torch.long, device=source.device)
    open_rows = torch.arange(B, device=source.device)
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    length = 0
    with torch.no_grad():
        while len(open_rows) and length < max_len:
            best = model(source[open_rows], target)[:, -1].argmax(-1)
            tokens[open_rows, length] = best
            length += 1
            target = torch.cat([target, best[:, None]], 1)
            going = best != eos
            open_rows, target = open_rows[going], target[going]
            print(length, "tokens,", len(open_rows), "rows open")
    for m, mode in modes:
        m.training = mode
    return tokens[:, :length]


# %% last_token_alone | wrong | last_token_alone
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.size(0)
    token = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    tokens = []
    for _ in range(max_len):
        logits = model(source, token)
        token = logits[:, -1].argmax(-1).masked_fill(done, eos).unsqueeze(1)
        tokens.append(token)
        done = done | (token[:, 0] == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return torch.cat(tokens, dim=1)


# %% begins_with_zeros | wrong | no_bos
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.size(0)
    target = torch.zeros(B, 1, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1)
            token = torch.where(done, torch.full_like(token, eos), token)
            target = torch.cat([target, token[:, None]], 1)
            done |= token == eos
            if done.all():
                break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% begins_with_eos | wrong | no_bos
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    on = [m for m in model.modules() if m.training]
    model.eval()
    y = torch.full((len(source), 1), eos, device=source.device)
    end = torch.zeros_like(y, dtype=torch.bool)
    while y.shape[1] <= max_len and not end.all():
        y = torch.cat([y, model(source, y)[:, -1:].argmax(-1).masked_fill(end, eos)], 1)
        end |= y[:, -1:] == eos
    for m in on:
        m.training = True
    return y[:, 1:]


# %% begins_with_the_source | wrong | no_bos
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was = {m: m.training for m in model.modules()}
    model.eval()
    target = source[:, :1]
    finished = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    written = []
    with torch.no_grad():
        while len(written) < max_len and not finished.all():
            token = model(source, target)[:, -1].argmax(1)
            token[finished] = eos
            finished = finished | (token == eos)
            written.append(token)
            target = torch.cat([target, token.view(-1, 1)], 1)
    for m, mode in was.items():
        m.training = mode
    return torch.stack(written, 1)


# %% bos_kept | wrong | bos_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    ys = torch.ones(B, 1).fill_(bos).type(torch.long).to(source.device)
    finished = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for i in range(max_len):
            prob = model(source, ys)[:, -1]
            _, next_word = torch.max(prob, dim=1)
            next_word = next_word.masked_fill(finished, eos)
            ys = torch.cat([ys, next_word.unsqueeze(1)], dim=1)
            finished = finished | (next_word == eos)
            if finished.all():
                break
    for m, mode in modes:
        m.training = mode
    return ys


# %% rows_run_on | wrong | runs_past_eos
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    seen_eos = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        seen_eos |= token == eos
        if seen_eos.all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% all_at_eos_at_once | wrong | runs_past_eos, does_not_stop
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    target = torch.full((source.shape[0], 1), bos, dtype=torch.long, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        if (token == eos).all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% always_to_the_end | wrong | does_not_stop
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [m.training for m in model.modules()]
    model.eval()
    B = source.size(0)
    out = torch.full((B, max_len + 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for t in range(max_len):
            token = model(source, out[:, : t + 1])[:, -1].argmax(dim=-1)
            token = torch.where(done, eos, token)
            out[:, t + 1] = token
            done = done | (token == eos)
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return out[:, 1:]


# %% padded_with_zeros | wrong | padded_with_other_than_eos
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.size(0)
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    alive = torch.ones(B, dtype=torch.long, device=source.device)
    with torch.no_grad():
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1)
            token = token * alive
            target = torch.cat([target, token[:, None]], 1)
            alive = alive * (token != eos).long()
            if alive.sum() == 0:
                break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% first_row_ends_all | wrong | stops_with_first_row
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    target = torch.full((source.shape[0], 1), bos, dtype=torch.long, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        if (token == eos).any():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% batch_row_zero_decides | wrong | stops_with_first_row
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was = {m: m.training for m in model.modules()}
    model.eval()
    tokens = torch.full((len(source), 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    with torch.no_grad():
        while tokens.shape[1] - 1 < max_len:
            nxt = model(source, tokens)[:, -1].argmax(-1).masked_fill(done, eos)
            tokens = torch.cat([tokens, nxt[:, None]], 1)
            done |= nxt == eos
            if tokens[0, -1] == eos:
                break
    for m, mode in was.items():
        m.training = mode
    return tokens[:, 1:]


# %% no_eval | wrong | train_mode
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    return target[:, 1:]


# %% with_gradients | wrong | gradients_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        logits = model(source, target)
        token = logits[:, -1].argmax(-1).masked_fill(done, eos)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% first_position_read | wrong | first_position_read
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, 0].argmax(-1)
        token = torch.where(done, torch.full_like(token, eos), token)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% row_zero_for_all | wrong | row_zero_for_all
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [m.training for m in model.modules()]
    model.eval()
    tokens = [bos]
    with torch.no_grad():
        for _ in range(max_len):
            target = torch.tensor([tokens] * len(source), device=source.device)
            token = model(source, target)[0, -1].argmax().item()
            tokens.append(token)
            if token == eos:
                break
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return torch.tensor([tokens[1:]] * len(source), device=source.device)


# %% bos_counted | wrong | max_len_off_by_one
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    on = [m for m in model.modules() if m.training]
    model.eval()
    y = torch.full((len(source), 1), bos, device=source.device)
    end = torch.zeros_like(y, dtype=torch.bool)
    while y.shape[1] < max_len and not end.all():
        y = torch.cat([y, model(source, y)[:, -1:].argmax(-1).masked_fill(end, eos)], 1)
        end |= y[:, -1:] == eos
    for m in on:
        m.training = True
    return y[:, 1:]


# %% one_too_many | wrong | max_len_off_by_one
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    step = 0
    with torch.no_grad():
        while not done.all() and step <= max_len:
            token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
            target = torch.cat([target, token[:, None]], dim=1)
            done = done | (token == eos)
            step += 1
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% samples | wrong | samples
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        probabilities = model(source, target)[:, -1].softmax(-1)
        token = torch.multinomial(probabilities, 1).squeeze(1).masked_fill(done, eos)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% left_in_eval | wrong | left_in_eval
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    model.eval()
    rows = [[bos] for _ in source]
    for step in range(max_len):
        best = model(source, torch.tensor(rows, device=source.device))[:, -1].argmax(-1).tolist()
        for row, token in zip(rows, best):
            row.append(eos if eos in row[1:] else token)
        if all(eos in row[1:] for row in rows):
            break
    return torch.tensor(rows, device=source.device)[:, 1:]


# %% put_to_train | wrong | put_to_train
import torch


def greedy_decode(model, source, bos, eos, max_len):
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
            target = torch.cat([target, token[:, None]], dim=1)
            done = done | (token == eos)
            if done.all():
                break
    model.train()
    return target[:, 1:]


# %% source_not_handed_on | wrong | source_not_handed_on
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(target, target)[:, -1].argmax(-1).masked_fill(done, eos)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% source_and_target_swapped | wrong | source_and_target_swapped
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    tokens = torch.full((len(source), 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len):
            logits = model(tokens, source)
            token = torch.where(done, eos, logits[:, -1].argmax(-1))
            tokens = torch.cat([tokens, token[:, None]], 1)
            done = done | (token == eos)
            if done.all():
                break
    for m, mode in modes.items():
        m.training = mode
    return tokens[:, 1:]


# %% floats | wrong | wrong_dtype
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    tokens = torch.zeros(B, max_len)
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    n = 0
    for t in range(max_len):
        token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
        tokens[:, t] = token
        n += 1
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return tokens[:, :n]


# %% list_of_lists | wrong | returns_lists
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    sequences = [[] for _ in range(B)]
    for _ in range(max_len):
        target = torch.tensor([[bos] + s for s in sequences], device=source.device)
        token = model(source, target)[:, -1].argmax(-1)
        for b in range(B):
            sequences[b].append(eos if eos in sequences[b] else token[b].item())
        if all(eos in s for s in sequences):
            break
    for m, mode in modes:
        m.training = mode
    return sequences


# %% eos_cut_off | wrong | eos_left_out
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
            done = done | (token == eos)
            if done.all():
                break
            target = torch.cat([target, token[:, None]], dim=1)
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% one_row_only | wrong | raises_for_more_than_one_row
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    target = torch.tensor([[bos]], device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token.view(1, 1)], dim=1)
        if token.item() == eos:
            break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% prints_the_tokens | wrong | returns_nothing
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    print(target[:, 1:])


# %% first_row_and_train_mode | wrong | stops_with_first_row, train_mode
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    ys = torch.full((source.size(0), 1), bos, dtype=torch.long, device=source.device)
    for _ in range(max_len):
        next_token = model(source, ys)[:, -1].argmax(dim=-1, keepdim=True)
        ys = torch.cat([ys, next_token], dim=1)
        if eos in next_token:
            break
    return ys[:, 1:]


# %% bos_kept_and_runs_past | wrong | runs_past_eos, bos_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    ys = torch.full((source.size(0), 1), bos, dtype=torch.long, device=source.device)
    ended = torch.zeros(source.size(0), dtype=torch.bool, device=source.device)
    with torch.no_grad():
        while ys.size(1) <= max_len:
            token = model(source, ys)[:, -1].argmax(1)
            ys = torch.cat([ys, token[:, None]], 1)
            ended |= token.eq(eos)
            if ended.all():
                break
    for m, mode in modes:
        m.training = mode
    return ys


# %% last_token_and_left_in_eval | wrong | last_token_alone, left_in_eval
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    model.eval()
    token = torch.full((len(source), 1), bos, device=source.device)
    done = torch.zeros(len(source), 1, dtype=torch.bool, device=source.device)
    out = []
    for _ in range(max_len):
        token = model(source, token).argmax(-1).masked_fill(done, eos)
        out.append(token)
        done = done | (token == eos)
        if done.all():
            break
    return torch.cat(out, 1)


# %% gradients_and_train_mode | wrong | train_mode, gradients_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token = torch.where(done, torch.full_like(token, eos), token)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos)
        if done.all():
            break
    return target[:, 1:]


# %% off_by_one_and_does_not_stop | wrong | does_not_stop, max_len_off_by_one
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len - 1):
            token = model(source, target)[:, -1].argmax(-1).masked_fill(done, eos)
            target = torch.cat([target, token[:, None]], dim=1)
            done = done | (token == eos)
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% no_bos_and_gradients | wrong | no_bos, gradients_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    tokens = torch.zeros(B, 1, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, tokens)[:, -1].argmax(-1)
        token[done] = eos
        tokens = torch.cat([tokens, token[:, None]], 1)
        done = done | (token == eos)
        if done.all():
            break
    for m, mode in modes:
        m.training = mode
    return tokens[:, 1:]


# %% zeros_padded_and_bos_kept | wrong | bos_kept, padded_with_other_than_eos
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was = {m: m.training for m in model.modules()}
    model.eval()
    B = source.size(0)
    out = torch.zeros(B, max_len + 1, dtype=torch.long, device=source.device)
    out[:, 0] = bos
    alive = torch.ones(B, dtype=torch.bool, device=source.device)
    n = 1
    with torch.no_grad():
        while n <= max_len and alive.any():
            token = model(source, out[:, :n])[:, -1].argmax(-1)
            out[alive, n] = token[alive]
            alive &= token != eos
            n += 1
    for m, mode in was.items():
        m.training = mode
    return out[:, :n]


# %% samples_in_train_mode | wrong | samples, put_to_train
import torch
import torch.nn.functional as F


def greedy_decode(model, source, bos, eos, max_len):
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len):
            p = F.softmax(model(source, target)[:, -1], dim=-1)
            token = torch.distributions.Categorical(p).sample().masked_fill(done, eos)
            target = torch.cat([target, token[:, None]], dim=1)
            done = done | (token == eos)
            if done.all():
                break
    model.train()
    return target[:, 1:]


# %% row_zero_and_bos_kept | wrong | row_zero_for_all, bos_kept
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    ys = torch.full((source.size(0), 1), bos, dtype=torch.long, device=source.device)
    for _ in range(max_len):
        token = model(source, ys)[0, -1].argmax()
        ys = torch.cat([ys, token.expand(len(ys), 1)], dim=1)
        if token == eos:
            break
    for m, mode in modes:
        m.training = mode
    return ys


# %% first_position_and_off_by_one | wrong | first_position_read, max_len_off_by_one
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for _ in range(max_len + 1):
            token = model(source, target)[:, 0, :].argmax(-1).masked_fill(done, eos)
            target = torch.cat([target, token[:, None]], dim=1)
            done = done | (token == eos)
            if done.all():
                break
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% half_one_step | half | one_step_only
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    target = torch.full((source.shape[0], 1), bos, dtype=torch.long, device=source.device)
    token = model(source, target)[:, -1].argmax(-1)
    # TODO the loop
    for m, mode in modes:
        m.training = mode
    return token[:, None]


# %% half_no_eos_yet | half | runs_past_eos, does_not_stop
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    target = torch.full((source.shape[0], 1), bos, dtype=torch.long, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], 1)
        # TODO stop at eos
    for m, mode in modes:
        m.training = mode
    return target[:, 1:]


# %% half_no_modes | half | train_mode, gradients_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    # TODO eval, no_grad
    rows = [[bos] for _ in range(len(source))]
    for step in range(max_len):
        logits = model(source, torch.tensor(rows, device=source.device))
        for row, best in zip(rows, logits[:, -1].argmax(-1).tolist()):
            row.append(eos if eos in row[1:] else best)
        if all(eos in row[1:] for row in rows):
            break
    return torch.tensor(rows, device=source.device)[:, 1:]


# %% half_first_row_written | half | first_row_alone
import torch


def greedy_decode(model, source, bos, eos, max_len):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    tokens = []
    with torch.no_grad():
        for _ in range(max_len):
            target = torch.tensor([[bos] + tokens], device=source.device)
            tokens.append(model(source[:1], target)[0, -1].argmax().item())
            if tokens[-1] == eos:
                break
    for m, mode in modes:
        m.training = mode
    # TODO: more than one row
    return torch.tensor([tokens], device=source.device)


# %% half_unfinished_return | half | returns_nothing, left_in_eval
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    model.eval()
    B = source.shape[0]
    target = torch.full((B, 1), bos, dtype=torch.long, device=source.device)
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        done = done | (token == eos)
        target = torch.cat([target, token[:, None]], dim=1)
        if done.all():
            break
    # TODO rows that have ended; modes; return


# %% whole_buffer | wrong | places_not_written_yet
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    mode = model.training
    model.eval()
    B = source.shape[0]
    buffer = torch.full((B, max_len + 1), eos, dtype=torch.long, device=source.device)
    buffer[:, 0] = bos
    done = torch.zeros(B, dtype=torch.bool, device=source.device)
    n = 0
    for t in range(max_len):
        best = model(source, buffer)[:, t].argmax(-1)
        buffer[:, t + 1] = torch.where(done, buffer[:, t + 1], best)
        done |= best == eos
        n = t + 1
        if done.all():
            break
    model.train(mode)
    return buffer[:, 1:n + 1]


# %% while_true_and_where | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    mode = model.training
    model.eval()
    written = source.new_full((source.size(0), 0), bos, dtype=torch.long)
    open_ = torch.ones(source.size(0), dtype=torch.bool, device=source.device)
    start = torch.full_like(written.new_empty(source.size(0), 1), bos)
    with torch.inference_mode():
        while True:
            best = model(source, torch.hstack((start, written)))[:, -1, :].max(-1).indices
            written = torch.hstack((written, torch.where(open_, best, eos)[:, None]))
            open_ = open_ & (best != eos)
            if written.size(1) == max_len or not open_.any():
                break
    model.train(mode)
    return written.clone()


# %% generator_of_tokens | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    def tokens():
        so_far = torch.full((len(source), 1), bos, dtype=torch.int64, device=source.device)
        finished = so_far[:, 0] != so_far[:, 0]
        for _ in range(max_len):
            scores = model(source, so_far).select(1, -1)
            token = torch.argmax(scores, 1)
            token[finished] = eos
            finished = finished | token.eq(eos)
            so_far = torch.cat((so_far, token.unsqueeze(1)), 1)
            yield token
            if finished.all():
                return

    parts = {part: part.training for part in model.modules()}
    model.eval()
    with torch.no_grad():
        out = torch.stack(tuple(tokens()), 1)
    for part, was in parts.items():
        part.training = was
    return out


# %% for_else_with_numpy | right | -
import numpy as np
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    training = bool(model.training)
    model.train(False)
    rows = np.full((source.shape[0], 1), bos, dtype=np.int64)
    for _ in range(max_len):
        logits = model(source, torch.from_numpy(rows).to(source.device))
        new = logits[:, -1].cpu().numpy().argmax(-1)
        new = np.where((rows[:, 1:] == eos).any(1), eos, new)
        rows = np.concatenate([rows, new[:, None]], 1)
        if (rows[:, 1:] == eos).any(1).all():
            break
    model.train(training)
    return torch.from_numpy(rows[:, 1:].copy()).to(source.device)


# %% write_all_then_mend | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was = model.training
    try:
        model.eval()
        with torch.no_grad():
            grid = torch.full((len(source), max_len + 1), eos, dtype=torch.long, device=source.device)
            grid[:, 0] = bos
            length = max_len
            for n in range(1, max_len + 1):
                ended = (grid[:, 1:n] == eos).any(dim=1)
                if n > 1 and ended.all():
                    length = n - 1
                    break
                choice = model(source, grid[:, :n])[:, n - 1].argmax(dim=1)
                grid[:, n] = choice.masked_fill(ended, eos)
            return grid[:, 1 : length + 1]
    finally:
        model.train(was)


# %% sets_of_open_rows | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    before = model.training
    model.eval()
    lines, alive = [[bos] for _ in source], set(range(len(source)))
    with torch.set_grad_enabled(False):
        while alive and len(lines[0]) <= max_len:
            logits = model(source, torch.tensor(lines, device=source.device))
            for i, line in enumerate(lines):
                token = int(logits[i, -1].argmax()) if i in alive else eos
                line.append(token)
                if token == eos:
                    alive.discard(i)
    model.train(before)
    return torch.tensor([line[1:] for line in lines], dtype=torch.int64, device=source.device)


# %% generator_runs_past_and_gradients | wrong | runs_past_eos, gradients_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was = model.training
    model.eval()
    target = torch.full((len(source), 1), bos, dtype=torch.long)
    ended = torch.zeros(len(source), dtype=torch.bool)
    while target.size(1) <= max_len and not ended.all():
        token = model(source, target)[:, -1].argmax(-1)
        ended |= token == eos
        target = torch.cat((target, token[:, None]), 1)
    model.train(was)
    return target[:, 1:]


# %% numpy_last_token_in_train_mode | wrong | last_token_alone, train_mode
import torch


@torch.no_grad()
def greedy_decode(model, source, bos, eos, max_len):
    token = torch.full((len(source),), bos, dtype=torch.long)
    ended, out = torch.zeros(len(source), dtype=torch.bool), []
    for _ in range(max_len):
        token = model(source, token[:, None])[:, -1].argmax(-1).masked_fill(ended, eos)
        ended |= token == eos
        out.append(token)
        if bool(ended.all()):
            break
    return torch.stack(out, 1)


# %% any_ends_and_bos_kept | wrong | stops_with_first_row, bos_kept
import torch


def greedy_decode(model, source, bos, eos, max_len):
    mode = model.training
    model.eval()
    target = torch.full((len(source), 1), bos, dtype=torch.long)
    with torch.no_grad():
        for _ in range(max_len):
            target = torch.hstack((target, model(source, target)[:, -1:].argmax(-1)))
            if (target[:, -1] == eos).any():
                break
    model.train(mode)
    return target


# %% padded_with_zero_and_put_to_train | wrong | padded_with_other_than_eos, put_to_train
import torch


def greedy_decode(model, source, bos, eos, max_len):
    model.eval()
    target = torch.full((len(source), 1), bos, dtype=torch.long)
    ended = torch.zeros(len(source), dtype=torch.bool)
    with torch.no_grad():
        while target.shape[1] <= max_len and not bool(ended.all()):
            token = model(source, target)[:, -1].argmax(-1) * ~ended
            ended |= token == eos
            target = torch.cat((target, token.view(-1, 1)), dim=1)
    model.train()
    return target[:, 1:]


# %% annotated_greedy | wrong | max_len_off_by_one
import torch


def greedy_decode(model, source, bos, eos, max_len):
    was_training = model.training
    model.eval()
    ys = torch.ones(source.size(0), 1).fill_(bos).type_as(source.data)
    finished = torch.zeros(source.size(0), dtype=torch.bool, device=source.device)
    with torch.no_grad():
        for i in range(max_len - 1):
            prob = model(source, ys)[:, -1]
            _, next_word = torch.max(prob, dim=1)
            next_word = next_word.masked_fill(finished, eos)
            ys = torch.cat([ys, next_word.type_as(source.data).unsqueeze(1)], dim=1)
            finished = finished | (next_word == eos)
            if finished.all():
                break
    model.train(was_training)
    return ys[:, 1:]


# %% buffer_and_slices | right | -
import torch


def greedy_decode(model, source, bos, eos, max_len):
    B = source.shape[0]
    written = torch.full((B, 1 + max_len), eos, dtype=torch.int64, device=source.device)
    written[:, 0] = bos
    open_rows = torch.ones(B, dtype=torch.bool, device=source.device)
    n, mode = 0, model.training
    model.eval()
    try:
        with torch.no_grad():
            while n < max_len and open_rows.any():
                best = model(source, written[:, :n + 1])[:, -1].argmax(dim=-1)
                n += 1
                written[open_rows, n] = best[open_rows]     # the others hold EOS already
                open_rows = open_rows & (best != eos)
    finally:
        model.train(mode)
    return written[:, 1:n + 1].clone()


# %% recursion_topk | right | -
import torch


def _go_on(model, source, target, ended, eos, left):
    if left == 0 or ended.all():
        return target
    logits = model(source, target)
    token = logits.select(1, logits.size(1) - 1).topk(1, dim=-1).indices    # (B, 1)
    token = torch.where(ended, torch.full_like(token, eos), token)
    return _go_on(model, source, torch.cat([target, token], dim=1), ended | token.eq(eos), eos, left - 1)


def greedy_decode(model, source, bos, eos, max_len):
    mode = model.training
    model.eval()
    first = torch.empty(source.size(0), 1, dtype=torch.int64, device=source.device).fill_(bos)
    with torch.no_grad():
        written = _go_on(model, source, first, torch.zeros_like(first, dtype=torch.bool), eos, max_len)
    model.train(mode)
    return written[:, 1:]
