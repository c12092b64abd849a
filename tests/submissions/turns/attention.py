# ruff: noqa
"""Labelled answers to the turn `attention`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_attention(q, k, v):
    return torch.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=-1) @ v


# %% a loop over the queries | -
def my_attention(q, k, v):
    d = q.shape[1]
    return torch.stack([torch.softmax(k @ each / math.sqrt(d), dim=0) @ v for each in q])


# %% einsum | -
def my_attention(q, k, v):
    scores = torch.einsum("qd,kd->qk", q, k) * q.size(-1) ** -0.5
    weights = F.softmax(scores, -1)
    return torch.einsum("qk,kv->qv", weights, v)


# %% the query scaled first, exp by hand | -
def my_attention(q, k, v):
    q = q / q.shape[1] ** 0.5
    e = torch.exp(q @ k.transpose(0, 1))
    return e @ v / e.sum(dim=1, keepdim=True)


# %% keys first, then turned | -
def my_attention(q, k, v):
    scores = (k @ q.T) / math.sqrt(k.shape[1])
    weights = torch.softmax(scores, dim=0)
    return weights.T @ v


# %% sums of products | -
def my_attention(q, k, v):
    scores = (q[:, None] * k[None]).sum(-1) / torch.sqrt(torch.tensor(q.shape[1]))
    return (scores.softmax(-1)[:, :, None] * v).sum(1)


# %% three loops | -
def my_attention(q, k, v):
    rows = []
    for a in q:
        scores = torch.stack([a.dot(b) / len(a) ** 0.5 for b in k])
        w = torch.softmax(scores, 0)
        rows.append(sum(w[j] * v[j] for j in range(len(v))))
    return torch.stack(rows)


# %% no root | not_divided
def my_attention(q, k, v):
    return torch.softmax(q @ k.T, dim=-1) @ v


# %% by d | divided_by_d
def my_attention(q, k, v):
    return torch.softmax(q @ k.T / q.shape[1], dim=1) @ v


# %% by the number of keys | divided_by_length
def my_attention(q, k, v):
    return torch.softmax(q @ k.T / math.sqrt(k.shape[0]), dim=-1) @ v


# %% times | times_root
def my_attention(q, k, v):
    return torch.softmax(q @ k.T * math.sqrt(q.shape[-1]), dim=-1) @ v


# %% divided afterwards | divided_too_late
def my_attention(q, k, v):
    return torch.softmax(q @ k.T, dim=-1) / math.sqrt(q.shape[-1]) @ v


# %% the softmax of one query, for all | over_the_queries
def my_attention(q, k, v):
    return torch.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=0) @ v


# %% no softmax | no_softmax
def my_attention(q, k, v):
    return (q @ k.T) / math.sqrt(q.shape[-1]) @ v


# %% the first query | one_query
def my_attention(q, k, v):
    scores = k @ q[0] / math.sqrt(q.shape[1])
    return torch.softmax(scores, dim=0) @ v


# %% return in the loop | one_query
def my_attention(q, k, v):
    for each in q:
        weights = torch.softmax(k @ each / math.sqrt(q.shape[1]), dim=0)
        return weights @ v


# %% weights | weights_alone
def my_attention(q, k, v):
    return torch.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=-1)


# %% torch's | shortcut
def my_attention(q, k, v):
    return F.scaled_dot_product_attention(q[None], k[None], v[None])[0]


# %% one query's code as it stands | raises
def my_attention(q, k, v):
    return torch.softmax(k @ q / math.sqrt(q.shape[-1]), dim=0) @ v


# %% a star for a matrix product | raises
def my_attention(q, k, v):
    return torch.softmax(q * k / math.sqrt(q.shape[-1]), dim=-1) * v


# %% a list | wrong_output
def my_attention(q, k, v):
    return [torch.softmax(k @ each / math.sqrt(len(each)), dim=0) @ v for each in q]


# %% output and weights | wrong_output
def my_attention(q, k, v):
    w = torch.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=-1)
    return w @ v, w


# %% the number 4 of the example | width_of_the_example
def my_attention(q, k, v):
    return torch.softmax(q @ k.T / math.sqrt(4), dim=-1) @ v


# %% all of them mixed | wrong_output
def my_attention(q, k, v):
    return (torch.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=-1) @ v).sum(0)


# %% no gradient | wrong_gradients
def my_attention(q, k, v):
    with torch.no_grad():
        w = torch.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=-1)
    return w @ v


# %% no return | returns_nothing
def my_attention(q, k, v):
    scores = q @ k.T / math.sqrt(q.shape[-1])
    torch.softmax(scores, dim=-1) @ v


# %% a loop and cat | wrong_output
def my_attention(q, k, v):
    rows = []
    for query in q:
        rows.append(torch.softmax(k @ query / math.sqrt(len(query)), dim=0) @ v)
    return torch.cat(rows)


# %% scores shared out as they are | wrong_output
def my_attention(q, k, v):
    scores = q @ k.T / math.sqrt(q.shape[-1])
    return scores / scores.sum(-1, keepdim=True) @ v
