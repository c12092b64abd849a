# ruff: noqa
"""Labelled answers to the turn `greedy_step`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    done |= chosen == eos
    return torch.cat([trg, chosen[:, None]], dim=1), done


# %% where | -
def my_greedy_step(logits, trg, done, eos, pad):
    _, best = logits[:, -1, :].max(dim=-1)
    best = torch.where(done, torch.tensor(pad), best)
    return torch.cat((trg, best.unsqueeze(1)), 1), torch.logical_or(done, best == eos)


# %% text by text | -
def my_greedy_step(logits, trg, done, eos, pad):
    rows, now = [], []
    for b in range(len(trg)):
        token = pad if done[b] else int(logits[b, -1].argmax())
        rows.append(trg[b].tolist() + [token])
        now.append(bool(done[b]) or token == eos)
    return torch.tensor(rows), torch.tensor(now)


# %% of the softmax | -
def my_greedy_step(logits, trg, done, eos, pad):
    p = logits.softmax(dim=-1)
    chosen = p.argmax(dim=-1)[:, -1]
    chosen[done] = pad
    return F.pad(trg, (0, 1)) + F.pad(chosen[:, None], (trg.shape[1], 0)), done + (chosen == eos)


# %% topk keeps the axis | -
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].topk(1).indices
    chosen = chosen * ~done[:, None] + pad * done[:, None]
    return torch.cat([trg, chosen], dim=-1), done | chosen.eq(eos).squeeze(1)


# %% done looks at the longer text | -
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1)
    chosen[done] = pad
    trg = torch.cat([trg, chosen[:, None]], dim=1)
    return trg, done | (trg[:, -1] == eos)


# %% argmax along the text | over_places
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits.argmax(dim=1)[:, -1].masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% argmax along the batch | over_texts
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(0).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% the first place | first_place
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, 0].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% done texts write on | writes_on
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% EOS again | ends_again
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1)
    chosen[done] = eos
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% done by the new token first | eos_not_written
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1)
    done = done | (chosen == eos)
    chosen = chosen.masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done


# %% the mask turned round | padded_too_early
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = torch.where(done, logits[:, -1].argmax(-1), pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% done anew | done_forgotten
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), chosen == eos


# %% done as it was | never_done
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done


# %% in front | put_in_front
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([chosen[:, None], trg], dim=1), done | (chosen == eos)


# %% the token alone | token_alone
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return chosen, done | (chosen == eos)


# %% and for or | wrong_done
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done & (chosen == eos)


# %% all places anew | wrong_trg
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits.argmax(-1)
    return torch.cat([trg[:, :1], chosen], dim=1), done | (chosen[:, -1] == eos)


# %% the likelihood for the token | wrong_trg
def my_greedy_step(logits, trg, done, eos, pad):
    best = logits[:, -1].max(-1).values
    return torch.cat([trg, best[:, None]], dim=1), done


# %% the least likely | wrong_trg
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmin(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


# %% is everybody done | wrong_done
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), (done | (chosen == eos)).all()


# %% the texts alone | wrong_returns
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1)


# %% no column | raises
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen], dim=1), done | (chosen == eos)


# %% precedence | raises
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done or chosen == eos


# %% no return | returns_nothing
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    trg = torch.cat([trg, chosen[:, None]], dim=1)


# %% EOS anywhere in the text | -
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    trg = torch.cat([trg, chosen[:, None]], dim=1)
    return trg, (trg == eos).any(dim=1)


# %% a loop that changes done | -
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1)
    for i in range(len(chosen)):
        if done[i]:
            chosen[i] = pad
        elif chosen[i] == eos:
            done[i] = True
    return torch.cat([trg, chosen[:, None]], 1), done


# %% a column of done | wrong_done
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1:].argmax(-1).masked_fill(done[:, None], pad)
    return torch.cat([trg, chosen], 1), done | (chosen == eos)


# %% the likeliest number of all | raises
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax()
    return torch.cat([trg, chosen], 1), done


# %% the texts come second | wrong_trg
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, pad)
    return done | (chosen == eos), torch.cat([trg, chosen[:, None]], 1)


# %% numbers for the marks | own_marks
def my_greedy_step(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(-1).masked_fill(done, 0)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == 2)
