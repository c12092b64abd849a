# ruff: noqa
"""Labelled answers to `birnn_bn`: each cell is what a student might put into the solution cell.

Heading of a cell: name | points it deserves, of 10 | the finding that it must get ("-": none).
"""


# %% nn_rnn_h_n | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% halves_of_the_output | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        H = self.rnn.hidden_size
        final = torch.cat([out[:, -1, :H], out[:, 0, H:]], dim=1)
        return self.fc(self.bn(final))


# %% backward_first | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-1], h_n[-2]], dim=1)
        return self.fc(self.bn(final))


# %% view_of_h_n | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        top = h_n.view(self.rnn.num_layers, 2, x.size(0), self.rnn.hidden_size)[-1]
        final = top.transpose(0, 1).reshape(x.size(0), -1)
        return self.fc(self.bn(final))


# %% time_first | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x.transpose(0, 1))
        forward, backward = out.chunk(2, dim=2)
        final = torch.cat((forward[-1], backward[0]), dim=-1)
        return self.fc(self.bn(final))


# %% explicit_zero_state | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(
            2 * self.rnn.num_layers, x.size(0), self.rnn.hidden_size, device=x.device, dtype=x.dtype
        )
        out, h_n = self.rnn(x, h0)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% two_networks_and_flip | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.left = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.right = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.norm = nn.BatchNorm1d(hidden_size * 2)
        self.out = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        a, _ = self.left(x)
        b, _ = self.right(x.flip(1))
        return self.out(self.norm(torch.cat([a[:, -1], b[:, -1]], dim=1)))


# %% rnn_cells | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.hidden_size = hidden_size
        sizes = [input_size] + [2 * hidden_size] * (num_layers - 1)
        self.forth = nn.ModuleList(nn.RNNCell(s, hidden_size) for s in sizes)
        self.back = nn.ModuleList(nn.RNNCell(s, hidden_size) for s in sizes)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.linear = nn.Linear(2 * hidden_size, output_size)

    def run(self, cell, steps):
        h = steps[0].new_zeros(steps[0].size(0), self.hidden_size)
        states = []
        for step in steps:
            h = cell(step, h)
            states.append(h)
        return states

    def forward(self, x):
        steps = list(x.unbind(1))
        for f, b in zip(self.forth, self.back):
            ahead = self.run(f, steps)
            behind = self.run(b, steps[::-1])
            steps = [torch.cat(pair, dim=1) for pair in zip(ahead, behind[::-1])]
        return self.linear(self.bn(torch.cat([ahead[-1], behind[-1]], dim=1)))


# %% by_hand_with_own_batch_norm | 10 | -
class Direction(nn.Module):
    def __init__(self, n_in, n):
        super().__init__()
        self.n = n
        self.Wx = nn.Linear(n_in, n)
        self.Wh = nn.Linear(n, n, bias=False)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.n)
        seq = []
        for t in range(x.size(1)):
            h = torch.tanh(self.Wx(x[:, t]) + self.Wh(h))
            seq.append(h)
        return torch.stack(seq, 1)


class Norm(nn.Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = nn.Parameter(torch.ones(n))
        self.beta = nn.Parameter(torch.zeros(n))
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))

    def forward(self, x):
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.var.lerp_(x.var(0, unbiased=True), self.momentum)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var + self.eps) * self.gamma + self.beta


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.f = nn.ModuleList()
        self.b = nn.ModuleList()
        for k in range(num_layers):
            self.f.append(Direction(2 * hidden_size if k else input_size, hidden_size))
            self.b.append(Direction(2 * hidden_size if k else input_size, hidden_size))
        self.norm = Norm(2 * hidden_size)
        self.head = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for f, b in zip(self.f, self.b):
            ahead, behind = f(x), b(x.flip(1))
            x = torch.cat([ahead, behind.flip(1)], dim=2)
        return self.head(self.norm(torch.cat([ahead[:, -1], behind[:, -1]], dim=1)))


# %% functional_batch_norm | 10 | -
from torch.nn import functional as F


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        width = 2 * hidden_size
        self.encoder = nn.RNN(
            input_size, hidden_size, num_layers=num_layers, bidirectional=True, batch_first=True
        )
        self.register_buffer("running_mean", torch.zeros(width))
        self.register_buffer("running_var", torch.ones(width))
        self.scale = nn.Parameter(torch.ones(width))
        self.shift = nn.Parameter(torch.zeros(width))
        self.head = nn.Linear(width, output_size)

    def forward(self, x):
        print("sequence", tuple(x.shape))
        _, h = self.encoder(x)
        h = torch.hstack([h[-2], h[-1]])
        h = F.batch_norm(
            h, self.running_mean, self.running_var, self.scale, self.shift, training=self.training
        )
        return self.head(h)


# %% sequential_head | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(
            nn.BatchNorm1d(2 * hidden_size),
            nn.Linear(2 * hidden_size, output_size),
        )

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.head(final)


# %% last_step_of_both | 7 | last_step_of_both
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = out[:, -1, :]
        return self.fc(self.bn(final))


# %% first_step_of_both | 7 | first_step_of_both
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = out[:, 0, :]
        return self.fc(self.bn(final))


# %% halves_the_wrong_way_round | 7 | wrong_ends
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        H = self.rnn.hidden_size
        final = torch.cat([out[:, 0, :H], out[:, -1, H:]], dim=1)
        return self.fc(self.bn(final))


# %% one_direction | 5 | unidirectional
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=False)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = h_n[-1]
        return self.fc(self.bn(final))


# %% forward_state_only | 7 | one_direction_read
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = h_n[-2]
        return self.fc(self.bn(final))


# %% backward_state_only | 7 | one_direction_read
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = h_n[-1]
        return self.fc(self.bn(final))


# %% directions_summed | 7 | directions_summed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = h_n[-2] + h_n[-1]
        return self.fc(self.bn(final))


# %% directions_averaged | 7 | directions_summed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = (h_n[-2] + h_n[-1]) / 2
        return self.fc(self.bn(final))


# %% same_direction_twice | 7 | one_direction_read
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-1], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% samples_mixed | 7 | samples_mixed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = h_n[-2:].reshape(x.size(0), -1)
        return self.fc(self.bn(final))


# %% bottom_layer_states | 7 | first_layer_state
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[0], h_n[1]], dim=1)
        return self.fc(self.bn(final))


# %% mean_over_time | 7 | mean_over_time
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = out.mean(dim=1)
        return self.fc(self.bn(final))


# %% max_over_time | 7 | max_over_time
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = out.max(dim=1)[0]
        return self.fc(self.bn(final))


# %% batch_first_forgotten | 5 | batch_time_swapped
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = out[:, -1, :]
        return self.fc(self.bn(final))


# %% batch_first_forgotten_h_n | 5 | batch_time_swapped
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% backward_not_flipped | 5 | unidirectional
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.forward_rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.backward_rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        a, _ = self.forward_rnn(x)
        b, _ = self.backward_rnn(x)
        return self.fc(self.bn(torch.cat([a[:, -1], b[:, -1]], dim=1)))


# %% norm_after_output | 8 | norm_after_output
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(output_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.bn(self.fc(final))


# %% no_norm | 8 | no_batch_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(final)


# %% norm_defined_never_used | 8 | no_batch_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(final)


# %% norm_over_all_steps | 8 | norm_over_time
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        H = self.rnn.hidden_size
        out = self.bn(out.transpose(1, 2)).transpose(1, 2)
        final = torch.cat([out[:, -1, :H], out[:, 0, H:]], dim=1)
        return self.fc(final)


# %% norm_on_input | 8 | norm_on_input
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(input_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(self.bn(x.transpose(1, 2)).transpose(1, 2))
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(final)


# %% layer_norm | 8 | layer_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.LayerNorm(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% norm_over_features_by_hand | 8 | layer_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.gamma = nn.Parameter(torch.ones(2 * hidden_size))
        self.beta = nn.Parameter(torch.zeros(2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        mean = final.mean(dim=1, keepdim=True)
        var = final.var(dim=1, keepdim=True, unbiased=False)
        final = (final - mean) / torch.sqrt(var + 1e-5) * self.gamma + self.beta
        return self.fc(final)


# %% no_running_statistics | 8 | batch_statistics_in_eval
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size, track_running_stats=False)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% batch_statistics_in_eval | 8 | batch_statistics_in_eval
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        bn = self.bn
        final = nn.functional.batch_norm(
            final, bn.running_mean, bn.running_var, bn.weight, bn.bias, training=True
        )
        return self.fc(final)


# %% running_statistics_in_training | 8 | running_statistics_in_training
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        self.bn.eval()
        return self.fc(self.bn(final))


# %% relu_after_norm | 8 | activation_before_head
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(torch.relu(self.bn(final)))


# %% softmax | 8 | softmax
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return torch.softmax(self.fc(self.bn(final)), dim=1)


# %% log_softmax | 8 | softmax
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final)).log_softmax(1)


# %% lstm | 8 | wrong_cell
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, (h_n, _) = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% gru | 8 | wrong_cell
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% relu_recurrence | 8 | wrong_nonlinearity
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(
            input_size, hidden_size, num_layers, nonlinearity="relu", batch_first=True, bidirectional=True
        )
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% num_layers_ignored | 8 | num_layers_ignored
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, 1, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% two_layers_always | 8 | num_layers_ignored
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, 2, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% hidden_size_ignored | 8 | hidden_size_ignored
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        hidden_size = 64
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% dropout_not_asked | 7 | dropout_not_asked
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(nn.functional.dropout(self.bn(final), 0.5, self.training))


# %% state_kept | 9 | state_kept
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.h = None
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        if self.h is None or self.h.size(1) != x.size(0):
            self.h = x.new_zeros(2 * self.rnn.num_layers, x.size(0), self.rnn.hidden_size)
        out, h_n = self.rnn(x, self.h)
        self.h = h_n.detach()
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% state_on_cpu | 9 | device_fixed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(2 * self.rnn.num_layers, x.size(0), self.rnn.hidden_size, dtype=x.dtype)
        out, h_n = self.rnn(x, h0)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% state_in_the_default_type | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(2 * self.rnn.num_layers, x.size(0), self.rnn.hidden_size).to(x.device)
        out, h_n = self.rnn(x, h0)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% detached | 9 | detached
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final.detach()))


# %% frozen | 9 | frozen
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.rnn.requires_grad_(False)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% every_step | 3 | every_step
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = self.bn(out.transpose(1, 2)).transpose(1, 2)
        return self.fc(final)


# %% no_head | 5 | no_head
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.bn(final)


# %% feature_count | 0 | feature_count
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% norm_feature_count | 0 | feature_count
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% norm_on_three_axes | 0 | feature_count
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = self.bn(out)[:, -1]
        return self.fc(final)


# %% constant | 0 | constant
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final) * 0)


# %% raises | 0 | raises
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.concat(h_n[-2], h_n[-1])
        return self.fc(self.bn(final))


# %% no_answer | 0 | no_answer
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        raise NotImplementedError("no answer yet: put your code in place of this line")


# %% backward_direction_first | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.left = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.right = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.norm = nn.BatchNorm1d(hidden_size * 2)
        self.out = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        b, _ = self.right(x.flip(1))
        a, _ = self.left(x)
        return self.out(self.norm(torch.cat([a[:, -1], b[:, -1]], dim=1)))


# %% by_hand_backward_made_first | 10 | -
class Direction(nn.Module):
    def __init__(self, n_in, n):
        super().__init__()
        self.n = n
        self.Wx = nn.Linear(n_in, n)
        self.Wh = nn.Linear(n, n, bias=False)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.n)
        seq = []
        for t in range(x.size(1)):
            h = torch.tanh(self.Wx(x[:, t]) + self.Wh(h))
            seq.append(h)
        return torch.stack(seq, 1)


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        sizes = [input_size] + [2 * hidden_size] * (num_layers - 1)
        self.back = nn.ModuleList(Direction(n, hidden_size) for n in sizes)
        self.forth = nn.ModuleList(Direction(n, hidden_size) for n in sizes)
        self.norm = nn.BatchNorm1d(2 * hidden_size, momentum=0.2)
        self.head = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for forth, back in zip(self.forth, self.back):
            ahead, behind = forth(x), back(x.flip(1))
            x = torch.cat([ahead, behind.flip(1)], dim=2)
        return self.head(self.norm(torch.cat([ahead[:, -1], behind[:, -1]], dim=1)))


# %% backward_direction_with_relu | 8 | wrong_nonlinearity
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.left = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.right = nn.RNN(input_size, hidden_size, num_layers, nonlinearity="relu", batch_first=True)
        self.norm = nn.BatchNorm1d(hidden_size * 2)
        self.out = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        a, _ = self.left(x)
        b, _ = self.right(x.flip(1))
        return self.out(self.norm(torch.cat([a[:, -1], b[:, -1]], dim=1)))


# %% backward_direction_is_a_gru | 8 | wrong_cell
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.left = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.right = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.norm = nn.BatchNorm1d(hidden_size * 2)
        self.out = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        a, _ = self.left(x)
        b, _ = self.right(x.flip(1))
        return self.out(self.norm(torch.cat([a[:, -1], b[:, -1]], dim=1)))


# %% dropout_between_layers | 9 | dropout_not_asked
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(
            input_size, hidden_size, num_layers, batch_first=True, bidirectional=True, dropout=0.25
        )
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% detached_between_layers | 9 | detached
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        sizes = [input_size] + [2 * hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(
            nn.RNN(n, hidden_size, batch_first=True, bidirectional=True) for n in sizes
        )
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = x.detach()
            x, h_n = layer(x)
        return self.fc(self.bn(torch.cat([h_n[0], h_n[1]], dim=1)))


# %% own_norm_without_eps | 9 | divides_by_zero
class Norm(nn.Module):
    def __init__(self, n, momentum=0.1):
        super().__init__()
        self.momentum = momentum
        self.gamma = nn.Parameter(torch.ones(n))
        self.beta = nn.Parameter(torch.zeros(n))
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))

    def forward(self, x):
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.var.lerp_(x.var(0, unbiased=True), self.momentum)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var) * self.gamma + self.beta


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = Norm(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% own_norm_variance_never_updated | 8 | running_statistics_wrong
class Norm(nn.Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = nn.Parameter(torch.ones(n))
        self.beta = nn.Parameter(torch.zeros(n))
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))

    def forward(self, x):
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var + self.eps) * self.gamma + self.beta


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = Norm(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% own_norm_biased_variance | 10 | -
class Norm(nn.Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = nn.Parameter(torch.ones(n))
        self.beta = nn.Parameter(torch.zeros(n))
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))

    def forward(self, x):
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.mean.copy_((1 - self.momentum) * self.mean + self.momentum * mean)
                self.var.copy_((1 - self.momentum) * self.var + self.momentum * var)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var + self.eps) * self.gamma + self.beta


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = Norm(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        return self.fc(self.bn(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% centred_only_in_training | 8 | wrong_in_training
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        if self.training:
            final = final - final.mean(dim=0)
        else:
            final = self.bn(final)
        return self.fc(final)


# %% momentum_0 | 8 | running_statistics_stand_still
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size, momentum=0.0)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.bn(final))


# %% functional_norm_without_affine | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.register_buffer("mean", torch.zeros(2 * hidden_size))
        self.register_buffer("var", torch.ones(2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h_n = self.rnn(x)[1]
        f = torch.cat((h_n[-2], h_n[-1]), dim=-1)
        return self.fc(nn.functional.batch_norm(f, self.mean, self.var, training=self.training))


# %% norm_by_hand_without_affine | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.register_buffer("running_mean", torch.zeros(1, 2 * hidden_size))
        self.register_buffer("running_var", torch.ones(1, 2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h_n = self.rnn(x)[1]
        f = torch.cat((h_n[-2], h_n[-1]), dim=1)
        if self.training:
            mean, var = f.mean(0, keepdim=True), f.var(0, unbiased=False, keepdim=True)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean.detach()
            self.running_var = 0.9 * self.running_var + 0.1 * var.detach()
        else:
            mean, var = self.running_mean, self.running_var
        return self.fc((f - mean) / torch.sqrt(var + 1e-5))


# %% norm_with_a_scale_alone | 10 | -
class Norm(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(n))
        self.register_buffer("m", torch.zeros(n))
        self.register_buffer("v", torch.ones(n))

    def forward(self, z):
        m, v = self.m, self.v
        if self.training:
            m, v = z.mean(0), ((z - z.mean(0)) ** 2).mean(0)
            with torch.no_grad():
                self.m.lerp_(m, 0.2)
                self.v.lerp_(v, 0.2)
        return self.scale * (z - m) / (v + 1e-5).sqrt()


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.norm = Norm(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h_n = self.rnn(x)[1]
        return self.fc(self.norm(torch.cat((h_n[-2], h_n[-1]), dim=1)))


# %% a_norm_for_each_direction | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn_forward, self.bn_backward = nn.BatchNorm1d(hidden_size), nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(torch.cat((self.bn_forward(h[-2]), self.bn_backward(h[-1])), 1))


# %% a_norm_for_each_direction_backward_first | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.norms = nn.ModuleList([nn.BatchNorm1d(hidden_size, affine=False, momentum=m) for m in (0.1, 0.3)])
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(torch.cat((self.norms[1](h[-1]), self.norms[0](h[-2])), 1))


# %% norms_by_hand_for_each_direction | 10 | -
class Norm(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(n))
        self.beta = nn.Parameter(torch.zeros(n))
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))

    def forward(self, z):
        if self.training:
            mean, var = z.mean(0), z.var(0, unbiased=False)
            self.mean = 0.9 * self.mean + 0.1 * mean.detach()
            self.var = 0.9 * self.var + 0.1 * var.detach()
        else:
            mean, var = self.mean, self.var
        return self.gamma * (z - mean) / torch.sqrt(var + 1e-5) + self.beta


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.left, self.right = Norm(hidden_size), Norm(hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(torch.cat((self.left(h[-2]), self.right(h[-1])), 1))


# %% functional_norms_for_each_direction | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        for name in ("f", "b"):
            self.register_buffer(f"mean_{name}", torch.zeros(hidden_size))
            self.register_buffer(f"var_{name}", torch.ones(hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        norm = nn.functional.batch_norm
        f = norm(h[-2], self.mean_f, self.var_f, training=self.training)
        b = norm(h[-1], self.mean_b, self.var_b, training=self.training)
        return self.fc(torch.cat((f, b), 1))


# %% batch_norm_for_images | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm2d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        f = torch.cat((h[-2], h[-1]), 1)
        return self.fc(self.bn(f[:, :, None, None]).flatten(1))


# %% weights_of_both_directions_in_one_tensor | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.H, self.L = hidden_size, num_layers
        sizes = [input_size] + [2 * hidden_size] * (num_layers - 1)
        self.wx = nn.ParameterList([0.1 * torch.randn(2, n, hidden_size) for n in sizes])
        self.wh = nn.ParameterList([0.1 * torch.randn(2, hidden_size, hidden_size) for _ in sizes])
        self.b = nn.ParameterList([torch.zeros(2, hidden_size) for _ in sizes])
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def way(self, x, wx, wh, b):
        h = x.new_zeros(x.size(0), self.H)
        out = []
        for step in x.unbind(1):
            h = torch.tanh(step @ wx + h @ wh + b)
            out.append(h)
        return torch.stack(out, 1)

    def forward(self, x):
        for wx, wh, b in zip(self.wx, self.wh, self.b):
            f = self.way(x, wx[0], wh[0], b[0])
            g = self.way(x.flip(1), wx[1], wh[1], b[1])
            x = torch.cat((f, g.flip(1)), 2)
        return self.fc(self.bn(torch.cat((f[:, -1], g[:, -1]), 1)))


# %% scripted_norm | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = torch.jit.script(nn.BatchNorm1d(2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(self.bn(torch.cat((h[-2], h[-1]), 1)))


# %% a_head_for_each_direction | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.left = nn.Linear(hidden_size, output_size)
        self.right = nn.Linear(hidden_size, output_size, bias=False)

    def forward(self, x):
        _, h = self.rnn(x)
        f, b = self.bn(torch.cat((h[-2], h[-1]), 1)).chunk(2, dim=1)
        return self.left(f) + self.right(b)


# %% norm_by_hand_without_running_statistics | 8 | batch_statistics_in_eval
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        h = (h - h.mean(0)) / (h.std(0) + 1e-5)
        return self.fc(h)


# %% functional_norm_without_running_statistics | 8 | batch_statistics_in_eval
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        return self.fc(nn.functional.batch_norm(h, None, None, training=True))


# %% layer_norm_by_hand | 8 | layer_norm
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        h = (h - h.mean(1, keepdim=True)) / torch.sqrt(h.var(1, unbiased=False, keepdim=True) + 1e-5)
        return self.fc(h)


# %% norm_with_unbiased_variance | 8 | unbiased_variance
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.register_buffer("rm", torch.zeros(2 * hidden_size))
        self.register_buffer("rv", torch.ones(2 * hidden_size))
        self.gamma = nn.Parameter(torch.ones(2 * hidden_size))
        self.beta = nn.Parameter(torch.zeros(2 * hidden_size))
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        if self.training:
            m, v = h.mean(0), h.var(0)
            self.rm = 0.9 * self.rm + 0.1 * m
            self.rv = 0.9 * self.rv + 0.1 * v
        else:
            m, v = self.rm, self.rv
        return self.fc(self.gamma * (h - m) / torch.sqrt(v + 1e-5) + self.beta)


# %% standard_deviation_unbiased | 7 | unbiased_variance, divides_by_zero
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.register_buffer("mean", torch.zeros(2 * hidden_size))
        self.register_buffer("var", torch.ones(2 * hidden_size))
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        if self.training:
            mean, std = h.mean(0), h.std(0)
            self.mean = self.mean + 0.1 * (mean.detach() - self.mean)
            self.var = self.var + 0.1 * (std.detach() ** 2 - self.var)
        else:
            mean, std = self.mean, torch.sqrt(self.var + 1e-5)
        return self.fc((h - mean) / std)


# %% norms_for_each_direction_unbiased | 8 | unbiased_variance
class Norm(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("var", torch.ones(n))

    def forward(self, z):
        if not self.training:
            return (z - self.mean) / torch.sqrt(self.var + 1e-5)
        mean, var = z.mean(0), z.var(0)
        self.mean.copy_(0.9 * self.mean + 0.1 * mean.detach())
        self.var.copy_(0.9 * self.var + 0.1 * var.detach())
        return (z - mean) / torch.sqrt(var + 1e-5)


class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.f, self.b = Norm(hidden_size), Norm(hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(torch.cat((self.f(h[-2]), self.b(h[-1])), 1))


# %% one_norm_for_both_directions | 8 | norm_shared
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(torch.cat((self.bn(h[-2]), self.bn(h[-1])), 1))


# %% concatenated_along_the_batch | 0 | along_the_batch
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size * 2)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(self.bn(torch.cat((h[-2], h[-1]), 0)))


# %% concatenated_along_the_batch_and_narrow | 5 | along_the_batch
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(self.bn(torch.cat((h[-2], h[-1]), 0)))


# %% states_of_all_layers | 7 | all_layers_read
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(hidden_size * 2)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = h.permute(1, 0, 2).reshape(x.size(0), -1)
        return self.fc(self.bn(h))


# %% one_number_of_layers_only | 5 | num_layers_fails
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.H = hidden_size
        self.bn = nn.BatchNorm1d(hidden_size * 2)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        h = self.rnn(x, x.new_zeros(2, x.size(0), self.H))[1]
        return self.fc(self.bn(torch.cat((h[-2], h[-1]), 1)))


# %% no_norm_for_one_row | 9 | one_row_differs
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        if len(h) > 1:
            h = self.bn(h)
        return self.fc(h)


# %% no_norm_for_small_training_batches | 8 | wrong_in_training
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        h = torch.cat((h[-2], h[-1]), 1)
        if not self.training or len(h) > 4:
            h = self.bn(h)
        return self.fc(h)


# %% forward_state_only_for_one_step | 9 | one_step_differs
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        second = h[-2] if x.size(1) == 1 else h[-1]
        return self.fc(self.bn(torch.cat((h[-2], second), 1)))


# %% running_statistics_not_registered | 9 | not_registered
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.mean, self.var = torch.zeros(2 * hidden_size), torch.ones(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        f = torch.cat((h[-2], h[-1]), 1)
        return self.fc(nn.functional.batch_norm(f, self.mean, self.var, training=self.training))


# %% argmax_at_the_end | 0 | argmax
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(self.bn(torch.cat((h[-2], h[-1]), 1))).argmax(dim=1)


# %% sizes_swapped | 0 | arguments_swapped
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(hidden_size, input_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(self.bn(torch.cat((h[-2], h[-1]), 1)))


# %% under_autocast | 9 | dtype_fixed
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            _, h = self.rnn(x)
            return self.fc(self.bn(torch.cat((h[-2], h[-1]), 1)))


# %% norm_by_hand_with_a_smaller_eps | 10 | -
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.register_buffer("mean", torch.zeros(2 * hidden_size))
        self.register_buffer("var", torch.ones(2 * hidden_size))
        self.scale = nn.Parameter(torch.ones(2 * hidden_size))
        self.shift = nn.Parameter(torch.zeros(2 * hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.rnn(x)
        last = torch.cat([h_n[-2], h_n[-1]], dim=1)
        mean, var = self.mean, self.var
        if self.training:
            mean, var = last.mean(0), last.var(0, unbiased=False)
            with torch.no_grad():
                self.mean.lerp_(mean, 0.1)
                self.var.lerp_(var, 0.1)
        return self.fc(self.scale * (last - mean) / torch.sqrt(var + 1e-6) + self.shift)
