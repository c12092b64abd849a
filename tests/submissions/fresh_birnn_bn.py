# ruff: noqa
"""Labelled answers to `birnn_bn` by readers of the exercise who had not seen the judge.

Heading of a cell: name | points it deserves, of 10 | the findings that it must get ("-": none).
The points are those of the readers, the findings' names were put to their words afterwards.
"""


# %% fresh_plain | 10 | -
class BiRNNWithBN(nn.Module):
    """x (B, T, input_size) -> logits (B, output_size)."""

    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        h = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(h))


# %% fresh_slices_of_output | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super(BiRNNWithBN, self).__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.rnn = nn.RNN(input_size, hidden_size, num_layers=num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size * 2)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        # Set initial states (2 for bidirectional)
        h0 = torch.zeros(self.num_layers * 2, x.size(0), self.hidden_size).to(x.device)
        out, _ = self.rnn(x, h0)
        forward_last = out[:, -1, : self.hidden_size]
        backward_last = out[:, 0, self.hidden_size :]
        out = torch.cat((forward_last, backward_last), dim=1)
        out = self.bn(out)
        return self.fc(out)


# %% fresh_backward_first_time_first | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.r = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True, nonlinearity="tanh")
        self.head = nn.Sequential(nn.BatchNorm1d(2 * hidden_size), nn.Linear(2 * hidden_size, output_size))

    def forward(self, x):
        _, h = self.r(x.permute(1, 0, 2))
        return self.head(torch.hstack((h[-1], h[-2])))


# %% fresh_view_layers_directions_cn | 10 | -
class BiRNNWithBN(nn.Module):
    """双向 RNN + 批归一化"""

    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.层数 = num_layers
        self.隐藏 = hidden_size
        # 双向循环层
        self.循环 = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        # 批归一化 (在输出层之前)
        self.归一 = nn.BatchNorm1d(num_features=hidden_size * 2)
        # 输出层
        self.输出 = nn.Linear(hidden_size * 2, output_size)
        # 正交初始化
        for 名, 参 in self.循环.named_parameters():
            if "weight_hh" in 名:
                nn.init.orthogonal_(参)

    def forward(self, x):
        批 = x.shape[0]
        _, h = self.循环(x)
        h = h.view(self.层数, 2, 批, self.隐藏)[-1]  # 最上面一层 (2, B, H)
        h = h.transpose(0, 1).reshape(批, -1)  # 先把 batch 放到前面, 再拼接
        return self.输出(self.归一(h))


# %% fresh_cells_both_ways | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.hidden_size = hidden_size
        self.fwd = nn.ModuleList()
        self.bwd = nn.ModuleList()
        for l in range(num_layers):
            d = input_size if l == 0 else 2 * hidden_size
            self.fwd.append(nn.RNNCell(d, hidden_size))
            self.bwd.append(nn.RNNCell(d, hidden_size))
        self.norm = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def run(self, cell, x, steps):
        h = x.new_zeros(x.shape[0], self.hidden_size)
        seen = {}
        for t in steps:
            h = cell(x[:, t], h)
            seen[t] = h
        return seen, h

    def forward(self, x):
        T = x.shape[1]
        for f, b in zip(self.fwd, self.bwd):
            fs, f_last = self.run(f, x, range(T))
            bs, b_last = self.run(b, x, reversed(range(T)))
            x = torch.stack([torch.cat([fs[t], bs[t]], -1) for t in range(T)], dim=1)
        return self.fc(self.norm(torch.cat([f_last, b_last], -1)))


# %% fresh_hand_tanh_one_bias | 10 | -
class OneWay(nn.Module):
    def __init__(self, n_in, n_hid):
        super().__init__()
        s = n_hid**-0.5
        self.Wx = nn.Parameter(torch.empty(n_hid, n_in).uniform_(-s, s))
        self.Wh = nn.Parameter(torch.empty(n_hid, n_hid).uniform_(-s, s))
        self.b = nn.Parameter(torch.zeros(n_hid))

    def forward(self, x):
        h = torch.zeros_like(x[:, 0] @ self.Wx.T)
        hs = []
        for t in range(x.size(1)):
            h = torch.tanh(x[:, t] @ self.Wx.T + h @ self.Wh.T + self.b)
            hs.append(h)
        return torch.stack(hs, dim=1)


class BothWays(nn.Module):
    def __init__(self, n_in, n_hid):
        super().__init__()
        self.there = OneWay(n_in, n_hid)
        self.back = OneWay(n_in, n_hid)

    def forward(self, x):
        a = self.there(x)
        b = self.back(x.flip(1)).flip(1)
        return torch.cat([a, b], dim=2)


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.H = hidden_size
        self.stack = nn.Sequential(*[BothWays(2 * hidden_size if i else input_size, hidden_size) for i in range(num_layers)])
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        y = self.stack(x)
        a, b = y.split(self.H, dim=2)
        return self.fc(self.bn(torch.cat([a[:, -1], b[:, 0]], dim=1)))


# %% fresh_hand_batch_norm | 10 | -
class MyBatchNorm(nn.Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(n))
        self.beta = nn.Parameter(torch.zeros(n))
        self.register_buffer("mu", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        if self.training:
            mu = x.mean(0)
            var = x.var(0, unbiased=False)
            with torch.no_grad():
                m = self.momentum
                self.mu.mul_(1 - m).add_(m * mu)
                self.var.mul_(1 - m).add_(m * x.var(0, unbiased=True))
        else:
            mu, var = self.mu, self.var
        return self.gamma * (x - mu) / torch.sqrt(var + self.eps) + self.beta


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.birnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.norm = MyBatchNorm(2 * hidden_size)
        self.out = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, hn = self.birnn(x)
        *_, vor, zurueck = hn
        return self.out(self.norm(torch.cat((vor, zurueck), -1)))


# %% fresh_two_rnns_per_layer_typed | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, output_size: int, num_layers: int = 1) -> None:
        super().__init__()
        assert num_layers >= 1, num_layers
        self.pairs = nn.ModuleList()
        for i in range(num_layers):
            n = input_size if i == 0 else hidden_size * 2
            self.pairs.append(
                nn.ModuleDict(
                    {
                        "lr": nn.RNN(n, hidden_size, batch_first=True),
                        "rl": nn.RNN(n, hidden_size, batch_first=True),
                    }
                )
            )
        self.bn = nn.BatchNorm1d(hidden_size * 2, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True)
        self.classifier = nn.Linear(hidden_size * 2, output_size, bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert x.ndim == 3, "x must be (B, T, D)"
        finals: list[torch.Tensor] = []
        for pair in self.pairs:
            out_lr, h_lr = pair["lr"](x)
            out_rl, h_rl = pair["rl"](torch.flip(x, dims=[1]))
            x = torch.cat([out_lr, torch.flip(out_rl, dims=[1])], dim=-1)
            finals = [h_lr[-1], h_rl[-1]]
        features = torch.cat(finals, dim=-1)
        assert features.shape[-1] == self.bn.num_features
        return self.classifier(self.bn(features))


# %% fresh_functional_parameters | 10 | -
import torch.nn.functional as F


def scan(x, w, u, b, c):
    h = x.new_zeros(x.shape[1], u.shape[0])
    hs = []
    for x_t in x:  # time first
        h = torch.tanh(F.linear(x_t, w, b) + F.linear(h, u, c))
        hs.append(h)
    return torch.stack(hs)


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        H = hidden_size
        self.p = nn.ParameterDict()
        self.num_layers = num_layers
        for l in range(num_layers):
            D = input_size if l == 0 else 2 * H
            for d in "fb":
                self.p[f"w{l}{d}"] = nn.Parameter(torch.randn(H, D) / D**0.5)
                self.p[f"u{l}{d}"] = nn.Parameter(torch.eye(H) * 0.9)
                self.p[f"b{l}{d}"] = nn.Parameter(torch.randn(H) * 0.1)
                self.p[f"c{l}{d}"] = nn.Parameter(torch.randn(H) * 0.1)
        self.scale = nn.Parameter(torch.ones(2 * H))
        self.shift = nn.Parameter(torch.zeros(2 * H))
        self.register_buffer("m", torch.zeros(2 * H))
        self.register_buffer("v", torch.ones(2 * H))
        self.W = nn.Parameter(torch.randn(output_size, 2 * H) / (2 * H) ** 0.5)
        self.B = nn.Parameter(torch.zeros(output_size))

    def forward(self, x):
        x = x.transpose(0, 1)
        for l in range(self.num_layers):
            f = scan(x, *[self.p[f"{k}{l}f"] for k in "wubc"])
            b = scan(torch.flip(x, (0,)), *[self.p[f"{k}{l}b"] for k in "wubc"])
            last = torch.cat((b[-1], f[-1]), 1)
            x = torch.cat((f, torch.flip(b, (0,))), 2)
        last = F.batch_norm(last, self.m, self.v, self.scale, self.shift, training=self.training)
        return F.linear(last, self.W, self.B)


# %% fresh_bn_3d_unsqueezed | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        print("hello from BiRNN", input_size, hidden_size, output_size, num_layers)
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True, batch_first=True)
        self.bn = nn.BatchNorm1d(hidden_size + hidden_size)
        self.lin = nn.Linear(hidden_size + hidden_size, output_size)

    def forward(self, x):
        h = self.rnn(x)[1][-2:]  # 2 x B x H
        h = h.permute(1, 0, 2)  # B x 2 x H
        h = h.flatten(1)  # B x 2H
        h = self.bn(h.unsqueeze(2)).squeeze(2)
        return self.lin(h)


# %% fresh_encoder_base_class | 10 | -
import warnings


class FinalStates(nn.Module):
    def __init__(self, d, h, n):
        super().__init__()
        self.core = nn.RNN(d, h, n, batch_first=True, bidirectional=True)
        self.h, self.n = h, n

    def forward(self, x):
        zero = torch.zeros_like(x[:, :1, :1]).transpose(0, 1).expand(2 * self.n, -1, self.h).contiguous()
        _, final = self.core(x, zero)
        return torch.cat(final[-2:].unbind(0), dim=1)


class Classifier(nn.Module):
    def forward(self, x):
        if self.training and x.shape[0] == 1:
            warnings.warn("batch norm needs more than one sequence in training")
        return self.out(self.bn(self.enc(x)))


class BiRNNWithBN(Classifier):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.enc = FinalStates(input_size, hidden_size, num_layers)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.out = nn.Linear(2 * hidden_size, output_size)


# %% fresh_einsum_head_index_select | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1, *, momentum=0.2):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, "tanh", True, True, 0.0, True)
        self.bn = nn.BatchNorm1d(2 * hidden_size, momentum=momentum)
        nn.init.uniform_(self.bn.weight, 0.5, 1.5)
        nn.init.normal_(self.bn.bias, std=0.1)
        self.W = nn.Parameter(nn.init.kaiming_uniform_(torch.empty(2, hidden_size, output_size)))
        self.b = nn.Parameter(torch.full((output_size,), 0.01))
        self.register_buffer("which", torch.tensor([2 * num_layers - 2, 2 * num_layers - 1]))

    def forward(self, x):
        h = self.rnn(x)[1].index_select(0, self.which)
        h = torch.cat([h[0], h[1]], dim=-1)
        h = self.bn(h).view(x.shape[0], 2, -1)
        return torch.einsum("bdh,dho->bo", h, self.W) + self.b


# %% fresh_two_separate_stacks | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.forward_rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.backward_rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_f = self.forward_rnn(x)
        _, h_b = self.backward_rnn(torch.flip(x, [1]))
        return self.fc(self.bn(torch.cat([h_f[-1], h_b[-1]], dim=1)))


# %% fresh_bn_without_affine | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size, affine=False)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h = self.rnn(x)[1]
        return self.fc(self.bn(torch.cat([h[-2], h[-1]], 1)))


# %% fresh_out_last | 7 | last_step_of_both
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(self.bn(out[:, -1, :]))


# %% fresh_out_first | 7 | first_step_of_both
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.rnn(x.transpose(0, 1))
        return self.fc(self.bn(out[0]))


# %% fresh_no_batch_first_hn | 5 | batch_time_swapped
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_no_batch_first_out | 7 | batch_time_swapped
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.h = hidden_size
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.rnn(x)
        h = torch.cat([out[:, -1, : self.h], out[:, 0, self.h :]], dim=1)
        return self.fc(self.bn(h))


# %% fresh_one_direction | 5 | unidirectional
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(h_n[-1]))


# %% fresh_bottom_states | 7 | first_layer_state
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat((h_n[0], h_n[1]), dim=1)))


# %% fresh_backward_twice | 7 | one_direction_read
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        fwd = h_n[-1]
        bwd = h_n[-1]
        return self.fc(self.bn(torch.cat((fwd, bwd), dim=1)))


# %% fresh_reshape_mixes | 7 | samples_mixed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        h = h_n[-2:].reshape(x.size(0), -1)
        return self.fc(self.bn(h))


# %% fresh_last_of_hn_only | 7 | one_direction_read
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(h_n[-1]))


# %% fresh_sum_of_directions | 7 | directions_summed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(h_n[-2] + h_n[-1]))


# %% fresh_mean_pool | 7 | mean_over_time
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(self.bn(out.mean(dim=1)))


# %% fresh_bn_behind_output | 8 | norm_after_output
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)
        self.bn = nn.BatchNorm1d(output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.bn(self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_bn_wrong_axis | 8 | layer_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.gamma = nn.Parameter(torch.ones(2 * hidden_size))
        self.beta = nn.Parameter(torch.zeros(2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        h = torch.cat([h_n[-2], h_n[-1]], dim=1)
        mean = h.mean(dim=1, keepdim=True)
        var = h.var(dim=1, keepdim=True, unbiased=False)
        h = self.gamma * (h - mean) / torch.sqrt(var + 1e-5) + self.beta
        return self.fc(h)


# %% fresh_bn_on_sequence | 8 | norm_over_time
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.hidden_size = hidden_size
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.rnn(x)
        out = self.bn(out.permute(0, 2, 1)).permute(0, 2, 1)
        h = torch.cat([out[:, -1, : self.hidden_size], out[:, 0, self.hidden_size :]], dim=1)
        return self.fc(h)


# %% fresh_bn_one_channel | 8 | one_mean_for_all
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(1)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        h = torch.cat([h_n[-2], h_n[-1]], dim=1).unsqueeze(1)
        return self.fc(self.bn(h).squeeze(1))


# %% fresh_no_running_stats | 8 | batch_statistics_in_eval
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size, track_running_stats=False)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_layer_norm | 8 | layer_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.LayerNorm(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_no_norm | 8 | no_batch_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        h = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(h)


# %% fresh_relu_after_bn | 8 | activation_before_head
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(
            nn.BatchNorm1d(2 * hidden_size),
            nn.ReLU(),
            nn.Linear(2 * hidden_size, output_size),
        )

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.head(torch.cat([h_n[-2], h_n[-1]], dim=1))


# %% fresh_bn_on_input | 8 | norm_on_input
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.bn = nn.BatchNorm1d(input_size)
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        x = self.bn(x.transpose(1, 2)).transpose(1, 2)
        _, h_n = self.rnn(x)
        return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))


# %% fresh_softmax | 8 | softmax
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        logits = self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))
        return torch.softmax(logits, dim=1)


# %% fresh_num_layers_ignored | 8 | num_layers_ignored
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_relu_rnn | 8 | wrong_nonlinearity
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, nonlinearity="relu", batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_gru_used | 8 | wrong_cell
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_half_units_each_way | 8 | hidden_size_ignored
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size // 2, num_layers, batch_first=True, bidirectional=True)
        width = 2 * (hidden_size // 2)
        self.bn = nn.BatchNorm1d(width)
        self.fc = nn.Linear(width, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_stateful | 9 | state_kept
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)
        self.state = None

    def forward(self, x):
        if self.state is None or self.state.shape[1] != x.shape[0]:
            self.state = x.new_zeros(2 * self.rnn.num_layers, x.shape[0], self.rnn.hidden_size)
        _, h_n = self.rnn(x, self.state)
        self.state = h_n.data
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_cpu_state | 9 | device_fixed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(2 * self.num_layers, x.size(0), self.hidden_size, device="cpu").to(x.dtype)
        _, h_n = self.rnn(x, h0)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_float_cast | 9 | dtype_fixed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x.float())
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_backward_detached | 9 | detached
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1].detach()], dim=1)))


# %% fresh_rnn_frozen | 9 | frozen
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        for p in self.rnn.parameters():
            p.requires_grad = False
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_layers_misaligned | 8 | not_flipped_back
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.f = nn.ModuleList()
        self.b = nn.ModuleList()
        for i in range(num_layers):
            d = input_size if i == 0 else 2 * hidden_size
            self.f.append(nn.RNN(d, hidden_size, batch_first=True))
            self.b.append(nn.RNN(d, hidden_size, batch_first=True))
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for f, b in zip(self.f, self.b):
            of, hf = f(x)
            ob, hb = b(x.flip(1))
            x = torch.cat([of, ob], dim=2)
        return self.fc(self.bn(torch.cat([hf[-1], hb[-1]], dim=1)))


# %% fresh_flipped_and_first | 7 | last_step_of_both
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.cells_f = nn.ModuleList()
        self.cells_b = nn.ModuleList()
        for i in range(num_layers):
            d = input_size if i == 0 else 2 * hidden_size
            self.cells_f.append(nn.RNN(d, hidden_size, batch_first=True))
            self.cells_b.append(nn.RNN(d, hidden_size, batch_first=True))
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for f, b in zip(self.cells_f, self.cells_b):
            out_f, _ = f(x)
            out_b, _ = b(torch.flip(x, dims=(1,)))
            x = torch.cat([out_f, torch.flip(out_b, dims=(1,))], dim=-1)
        return self.fc(self.bn(torch.cat([out_f[:, -1], out_b[:, 0]], dim=-1)))


# %% fresh_view_wrong_order | 7 | layers_taken_for_directions
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.n, self.h = num_layers, hidden_size
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        h_n = h_n.view(2, self.n, x.size(0), self.h)
        h = torch.cat([h_n[0, -1], h_n[1, -1]], dim=1)
        return self.fc(self.bn(h))


# %% fresh_shared_directions | 8 | weights_shared
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnns = nn.ModuleList(
            nn.RNN(input_size if i == 0 else 2 * hidden_size, hidden_size, batch_first=True) for i in range(num_layers)
        )
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for rnn in self.rnns:
            of, hf = rnn(x)
            ob, hb = rnn(x.flip(1))
            x = torch.cat([of, ob.flip(1)], dim=2)
        return self.fc(self.bn(torch.cat([hf[0], hb[0]], dim=1)))


# %% fresh_features_flipped | 8 | wrong_axis_flipped
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.f = nn.ModuleList()
        self.b = nn.ModuleList()
        for i in range(num_layers):
            d = input_size if i == 0 else 2 * hidden_size
            self.f.append(nn.RNN(d, hidden_size, batch_first=True))
            self.b.append(nn.RNN(d, hidden_size, batch_first=True))
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for f, b in zip(self.f, self.b):
            of, hf = f(x)
            ob, hb = b(x.flip(-1))
            x = torch.cat([of, ob.flip(-1)], dim=2)
        return self.fc(self.bn(torch.cat([hf[-1], hb[-1]], dim=1)))


# %% fresh_hand_bn_no_running | 8 | batch_statistics_in_eval
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.gamma = nn.Parameter(torch.ones(2 * hidden_size))
        self.beta = nn.Parameter(torch.zeros(2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        h = torch.cat([h_n[-2], h_n[-1]], dim=1)
        h = (h - h.mean(0)) / torch.sqrt(h.var(0, unbiased=False) + 1e-5)
        return self.fc(self.gamma * h + self.beta)


# %% fresh_half_bn_width | 0 | feature_count
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% fresh_half_out_last_no_norm | 5 | last_step_of_both, no_batch_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.rnn(x)
        # TODO: batch norm goes where?
        return self.fc(out[:, -1])
