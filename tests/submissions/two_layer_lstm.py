# ruff: noqa
"""Labelled answers to `two_layer_lstm`: each cell is what a student might put into the solution cell.

Heading of a cell: name | points it deserves, of 10 | the finding that it must get ("-": none).
"""


# %% nn_lstm_h_n | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% explicit_zero_states | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super(TwoLayerLSTM, self).__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, device=x.device, dtype=x.dtype)
        c0 = torch.zeros_like(h0)
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1, :])


# %% two_stacked | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.first = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.second = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        y, _ = self.first(x)
        y, _ = self.second(y)
        return self.head(y[:, -1])


# %% time_first | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.out = nn.Linear(hidden_size, output_size)
        self.rnn = nn.LSTM(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)

    def forward(self, x):
        y, _ = self.rnn(x.transpose(0, 1))
        return self.out(y[-1])


# %% lstm_cells | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden_size = hidden_size
        self.cell1 = nn.LSTMCell(input_size, hidden_size)
        self.cell2 = nn.LSTMCell(hidden_size, hidden_size)
        self.linear = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        B = x.shape[0]
        h1 = x.new_zeros(B, self.hidden_size)
        c1 = x.new_zeros(B, self.hidden_size)
        h2 = x.new_zeros(B, self.hidden_size)
        c2 = x.new_zeros(B, self.hidden_size)
        for t in range(x.shape[1]):
            h1, c1 = self.cell1(x[:, t], (h1, c1))
            h2, c2 = self.cell2(h1, (h2, c2))
        return self.linear(h2)


# %% by_hand_one_matrix | 10 | -
class Cell(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.gates = nn.Linear(inputs + units, 4 * units)

    def forward(self, x, h, c):
        i, f, g, o = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList(Cell(n, hidden_size) for n in sizes)
        self.units = hidden_size
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        state = [(x.new_zeros(len(x), self.units), x.new_zeros(len(x), self.units)) for _ in self.cells]
        for step in x.unbind(dim=1):
            for k, cell in enumerate(self.cells):
                h, c = cell(step, *state[k])
                state[k] = (h, c)
                step = h
        return self.readout(step)


# %% by_hand_four_gates | 10 | -
class HandLSTM(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.forget = nn.Linear(h + d, h)
        self.input = nn.Linear(h + d, h)
        self.candidate = nn.Linear(h + d, h)
        self.output = nn.Linear(h + d, h)

    def forward(self, x):
        h = torch.zeros(x.size(0), self.h, dtype=x.dtype, device=x.device)
        c = torch.zeros_like(h)
        seq = []
        for t in range(x.size(1)):
            z = torch.cat((h, x[:, t]), dim=-1)
            f = torch.sigmoid(self.forget(z))
            i = torch.sigmoid(self.input(z))
            c = f * c + i * torch.tanh(self.candidate(z))
            h = torch.sigmoid(self.output(z)) * torch.tanh(c)
            seq.append(h)
        return torch.stack(seq, 1)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.bottom = HandLSTM(input_size, hidden_size)
        self.top = HandLSTM(hidden_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.top(self.bottom(x))[:, -1])


# %% by_hand_parameters | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        H = hidden_size
        self.H = H
        self.W1 = nn.Parameter(torch.randn(input_size, 4 * H) * 0.1)
        self.U1 = nn.Parameter(torch.randn(H, 4 * H) * 0.1)
        self.b1 = nn.Parameter(torch.zeros(4 * H))
        self.W2 = nn.Parameter(torch.randn(H, 4 * H) * 0.1)
        self.U2 = nn.Parameter(torch.randn(H, 4 * H) * 0.1)
        self.b2 = nn.Parameter(torch.zeros(4 * H))
        self.V = nn.Parameter(torch.randn(H, output_size) * 0.1)
        self.d = nn.Parameter(torch.zeros(output_size))

    def step(self, x, h, c, W, U, b):
        o, f, i, g = (x @ W + h @ U + b).split(self.H, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    def forward(self, x):
        h1 = c1 = h2 = c2 = x.new_zeros(x.shape[0], self.H)
        for t in range(x.shape[1]):
            h1, c1 = self.step(x[:, t], h1, c1, self.W1, self.U1, self.b1)
            h2, c2 = self.step(h1, h2, c2, self.W2, self.U2, self.b2)
        return h2 @ self.V + self.d


# %% by_hand_two_linears | 10 | -
class LSTMLayer(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.n = n_hidden
        self.x2h = nn.Linear(n_in, 4 * n_hidden)
        self.h2h = nn.Linear(n_hidden, 4 * n_hidden, bias=False)

    def forward(self, x):
        projected = self.x2h(x)
        h = c = projected.new_zeros(x.size(0), self.n)
        hs = []
        for t in range(x.size(1)):
            f, i, o, g = torch.chunk(projected[:, t] + self.h2h(h), 4, -1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hs.append(h)
        return torch.stack(hs, dim=1)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.layers = nn.Sequential(LSTMLayer(input_size, hidden_size), LSTMLayer(hidden_size, hidden_size))
        self.classify = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.classify(self.layers(x)[:, -1, :])


# %% talkative | 10 | -
import sys
import warnings


def last_of(sequence):
    return sequence.select(1, sequence.size(1) - 1)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        print("building", input_size, hidden_size)
        warnings.warn("my own warning")
        self.net = nn.ModuleDict(
            {
                "body": nn.LSTM(input_size, hidden_size, num_layers=2, batch_first=True),
                "head": nn.Sequential(nn.Linear(hidden_size, output_size)),
            }
        )

    def forward(self, x):
        print("x", x.shape, file=sys.stderr)
        sequence, _ = self.net["body"](x)
        return self.net["head"](last_of(sequence))


# %% functional_head | 10 | -
from torch.nn import functional as F


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(output_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(output_size))
        nn.init.xavier_uniform_(self.weight)
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bias=False)

    def forward(self, inputs):
        _, (hidden, _) = self.lstm(inputs)
        top = hidden[1]
        return F.linear(top, self.weight, self.bias)


# %% one_layer | 7 | one_layer
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, 1, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% one_layer_by_default | 7 | one_layer
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% three_layers | 7 | too_many_layers
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers + 1, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% batch_first_forgotten | 7 | batch_time_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out[:, -1])


# %% batch_first_forgotten_h_n | 5 | batch_time_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% view_for_transpose | 7 | batch_time_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x.reshape(x.size(1), x.size(0), -1))
        return self.fc(h_n[-1])


# %% first_step | 7 | first_step
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out[:, 0])


# %% step_before_last | 7 | step_before_last
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out[:, -2])


# %% mean_over_time | 7 | mean_over_time
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out.mean(dim=1))


# %% max_over_time | 7 | max_over_time
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out.max(dim=1).values)


# %% first_layer_state | 7 | first_layer_state
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[0])


# %% cell_state | 7 | cell_state
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(c_n[-1])


# %% both_layers | 7 | all_layers_read
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(torch.cat([h_n[0], h_n[1]], dim=1))


# %% softmax | 8 | softmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return torch.softmax(self.fc(h_n[-1]), dim=1)


# %% log_softmax | 8 | softmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1]).log_softmax(dim=-1)


# %% sigmoid | 8 | softmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return torch.sigmoid(self.fc(h_n[-1]))


# %% relu_on_logits | 8 | activation_on_logits
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return torch.relu(self.fc(h_n[-1]))


# %% every_step | 5 | every_step
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out)


# %% no_head | 5 | no_head
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return h_n[-1]


# %% output_size_ignored | 8 | output_size_ignored
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, 1)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% hidden_size_ignored | 7 | hidden_size_ignored
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        hidden_size = 256
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% wrong_default | 7 | wrong_default
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=128, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% gru | 7 | wrong_cell
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.lstm(x)
        return self.fc(h_n[-1])


# %% plain_rnn | 7 | wrong_cell
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.lstm(x)
        return self.fc(h_n[-1])


# %% bidirectional | 7 | extra_direction
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))


# %% second_layer_unused | 7 | first_layer_state
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm1 = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.lstm2 = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out1, _ = self.lstm1(x)
        out2, _ = self.lstm2(out1)
        return self.fc(out1[:, -1])


# %% dropout_not_asked | 8 | dropout_not_asked
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=0.5)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% state_kept | 8 | state_kept
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.state = None
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        if self.state is not None and self.state[0].size(1) != x.size(0):
            self.state = None
        out, (h_n, c_n) = self.lstm(x, self.state)
        self.state = (h_n.detach(), c_n.detach())
        return self.fc(h_n[-1])


# %% state_on_cpu | 8 | device_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(2, x.size(0), self.fc.in_features, dtype=x.dtype)
        out, (h_n, c_n) = self.lstm(x, (h0, h0))
        return self.fc(h_n[-1])


# %% state_float32 | 8 | dtype_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(2, x.size(0), self.fc.in_features, device=x.device, dtype=torch.float32)
        out, (h_n, c_n) = self.lstm(x, (h0, h0))
        return self.fc(h_n[-1])


# %% random_first_state | 5 | random_in_eval
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.randn(2, x.size(0), self.fc.in_features).to(x)
        out, (h_n, c_n) = self.lstm(x, (h0, h0))
        return self.fc(h_n[-1])


# %% only_random_numbers | 0 | constant
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return torch.rand(x.size(0), self.fc.out_features, device=x.device, dtype=x.dtype)


# %% batch_size_fixed | 8 | batch_size_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.h0 = torch.zeros(2, 32, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x, (self.h0, self.h0))
        return self.fc(h_n[-1])


# %% frozen | 8 | frozen
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.lstm.requires_grad_(False)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% detached | 8 | detached
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1].detach())


# %% no_grad | 8 | detached
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        with torch.no_grad():
            out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% loop_over_batch | 8 | loop_over_batch
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        rows = []
        for row in x:
            _, (h_n, _) = self.lstm(row[None])
            rows.append(self.fc(h_n[-1])[0])
        return torch.stack(rows)


# %% constant | 0 | constant
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return torch.zeros(x.size(0), self.fc.out_features) + self.fc.bias


# %% no_recurrence | 2 | no_recurrence
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden = nn.Linear(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h_n = torch.tanh(self.hidden(x)).transpose(0, 1)
        return self.fc(h_n[-1])


# %% feature_count | 0 | feature_count
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% name_error | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(hn[-1])


# %% forgot_self | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% no_super | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% returns_tuple | 0 | not_a_tensor
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1]), h_n


# %% half_answer | 0 | no_answer
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        raise NotImplementedError("no answer yet: put your code in place of this line")


# %% mean_of_the_inputs | 2 | no_recurrence
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden = nn.Linear(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(torch.tanh(self.hidden(x)).mean(1))


# %% not_a_number | 0 | not_finite
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return torch.log(-h_n[-1].exp().sum(1, keepdim=True)) + self.fc(h_n[-1])


# %% plain_class | 0 | not_a_module
class TwoLayerLSTM:
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def __call__(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% both_logits_and_their_complement | 3 | wrong_shape
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        logits = self.fc(h_n[-1])
        return torch.cat([logits, 1 - logits], dim=1)


# %% sum_of_all_steps | 7 | sum_over_time
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(out.sum(dim=1))


# %% batch_norm_before_the_head | 7 | norm_not_asked
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.norm = nn.BatchNorm1d(hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.norm(h_n[-1]))


# %% reads_the_step_before_too | 8 | one_step_fails
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        before, last = out[:, -2], out[:, -1]
        return self.fc(last)


# %% less_the_mean_of_the_batch | 5 | sequences_see_one_another
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        h = h_n[-1]
        return self.fc(h - h.mean(dim=0))


# %% half_of_it_detached | 8 | wrong_gradient
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        logits = self.fc(h_n[-1])
        return (logits + logits.detach()) / 2


# %% weights_by_input_gate_and_unit | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden_size = hidden_size
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.wx = nn.ParameterList([0.1 * torch.randn(n, 4, hidden_size) for n in sizes])
        self.wh = nn.ParameterList([0.1 * torch.randn(hidden_size, 4, hidden_size) for _ in sizes])
        self.b = nn.ParameterList([torch.zeros(4, 1, hidden_size) for _ in sizes])
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for wx, wh, b in zip(self.wx, self.wh, self.b):
            h = c = x.new_zeros(x.size(0), self.hidden_size)
            states = []
            for t in range(x.size(1)):
                gates = torch.einsum("bd,dgh->gbh", x[:, t], wx) + torch.einsum("bk,kgh->gbh", h, wh) + b
                i, f, o = torch.sigmoid(gates[0]), torch.sigmoid(gates[1]), torch.sigmoid(gates[3])
                c = f * c + i * torch.tanh(gates[2])
                h = o * torch.tanh(c)
                states.append(h)
            x = torch.stack(states, dim=1)
        return self.fc(h)


# %% bias_with_an_axis_for_the_batch | 10 | -
class Layer(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.m = m
        self.U = nn.Parameter(0.1 * torch.randn(4, n, m))
        self.V = nn.Parameter(0.1 * torch.randn(4, m, m))
        self.bias = nn.Parameter(torch.zeros(4, 1, m))

    def forward(self, x):
        h, c = x.new_zeros(len(x), self.m), x.new_zeros(len(x), self.m)
        out = []
        for step in x.unbind(1):
            i, f, g, o = step @ self.U + h @ self.V + self.bias
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            out.append(h)
        return torch.stack(out, 1)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.body = nn.Sequential(Layer(input_size, hidden_size), Layer(hidden_size, hidden_size))
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.head(self.body(x)[:, -1])


# %% bias_as_a_row_of_gates | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.H = hidden_size
        self.W1 = nn.Parameter(0.1 * torch.randn(input_size, 4 * hidden_size))
        self.U1 = nn.Parameter(0.1 * torch.randn(hidden_size, 4 * hidden_size))
        self.b1 = nn.Parameter(torch.zeros(4, hidden_size))
        self.W2 = nn.Parameter(0.1 * torch.randn(hidden_size, 4 * hidden_size))
        self.U2 = nn.Parameter(0.1 * torch.randn(hidden_size, 4 * hidden_size))
        self.b2 = nn.Parameter(torch.zeros(4, hidden_size))
        self.fc = nn.Linear(hidden_size, output_size)

    def layer(self, x, W, U, b):
        h = c = x.new_zeros(x.size(0), self.H)
        out = []
        for t in range(x.size(1)):
            z = (x[:, t] @ W + h @ U).view(-1, 4, self.H) + b
            i, f, g, o = z.unbind(1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            out.append(h)
        return torch.stack(out, dim=1)

    def forward(self, x):
        x = self.layer(x, self.W1, self.U1, self.b1)
        return self.fc(self.layer(x, self.W2, self.U2, self.b2)[:, -1])


# %% bias_as_a_column | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.H = hidden_size
        self.wx = nn.ParameterList([nn.Parameter(0.1 * torch.randn(4 * hidden_size, n)) for n in (input_size, hidden_size)])
        self.wh = nn.ParameterList([nn.Parameter(0.1 * torch.randn(4 * hidden_size, hidden_size)) for _ in range(2)])
        self.b = nn.ParameterList([nn.Parameter(torch.zeros(4 * hidden_size, 1)) for _ in range(2)])
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        seq = x.permute(1, 2, 0)  # (T, D, B)
        for wx, wh, b in zip(self.wx, self.wh, self.b):
            h = c = x.new_zeros(self.H, x.size(0))
            out = []
            for xt in seq:
                i, f, g, o = (wx @ xt + wh @ h + b).chunk(4, dim=0)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                out.append(h)
            seq = torch.stack(out)
        return self.fc(seq[-1].T)


# %% weights_of_both_layers_in_one_tensor | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.H = hidden_size
        self.first = nn.Parameter(0.1 * torch.randn(4 * hidden_size, input_size))
        self.second = nn.Parameter(0.1 * torch.randn(4 * hidden_size, hidden_size))
        self.recurrent = nn.Parameter(0.1 * torch.randn(2, 4 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(2, 4 * hidden_size))
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for k, w in enumerate((self.first, self.second)):
            h = c = x.new_zeros(x.size(0), self.H)
            out = []
            for t in range(x.size(1)):
                z = x[:, t] @ w.T + h @ self.recurrent[k].T + self.bias[k]
                i, f, g, o = z.chunk(4, dim=1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                out.append(h)
            x = torch.stack(out, dim=1)
        return self.fc(x[:, -1])


# %% packed_from_a_list | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        packed = nn.utils.rnn.pack_sequence(list(x))
        _, (h_n, _) = self.lstm(packed)
        return self.fc(h_n[-1])


# %% last_steps_picked_one_by_one | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        last = torch.stack([out[b, -1] for b in range(x.size(0))])
        return self.fc(last)


# %% padded_from_a_list | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        lengths = torch.tensor([len(sequence) for sequence in x])
        padded = nn.utils.rnn.pad_sequence(list(x), batch_first=True)
        packed = nn.utils.rnn.pack_padded_sequence(padded, lengths, batch_first=True)
        _, (h_n, _) = self.lstm(packed)
        return self.fc(h_n[-1])


# %% scripted_lstm_that_cannot_be_called | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = torch.jit.script(nn.LSTM(input_size, hidden_size, num_layers, batch_first=True))
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(h[-1])


# %% scripted_parts | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = torch.jit.script(nn.Linear(hidden_size, output_size))

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


# %% traced_lstm | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.lstm = torch.jit.trace(lstm, torch.zeros(3, 2, input_size), check_trace=False)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x.transpose(0, 1))[1][0][-1])


# %% scripted_cell_of_its_own | 10 | -
class Cell(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.i = nn.Linear(n, 4 * m)
        self.h = nn.Linear(m, 4 * m)

    def forward(self, x, h, c):
        i, f, g, o = (self.i(x) + self.h(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.H = hidden_size
        self.cells = nn.ModuleList(
            [torch.jit.trace(Cell(n, hidden_size), (torch.zeros(2, n), torch.zeros(2, hidden_size), torch.zeros(2, hidden_size)))
             for n in (input_size, hidden_size)]
        )
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for cell in self.cells:
            h = c = x.new_zeros(x.size(0), self.H)
            out = []
            for t in range(x.size(1)):
                h, c = cell(x[:, t], h, c)
                out.append(h)
            x = torch.stack(out, dim=1)
        return self.fc(h)


# %% argmax_at_the_end | 3 | argmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :]).argmax(1)


# %% rounded_probabilities | 3 | argmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return torch.sigmoid(self.fc(out[:, -1, :])).round()


# %% classes_as_floats | 3 | argmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        _, predicted = torch.max(self.fc(out[:, -1, :]), dim=1)
        return predicted.float()


# %% yes_or_no | 3 | argmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1]) > 0


# %% sizes_swapped | 0 | arguments_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(hidden_size, input_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% sizes_of_the_head_swapped | 0 | head_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(output_size, hidden_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


# %% init_misspelt | 0 | raises
class TwoLayerLSTM(nn.Module):
    def _init_(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% init_with_letters_swapped | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __int__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% forward_misspelt | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def foward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% super_init_forgotten | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% arguments_renamed | 0 | raises
class TwoLayerLSTM(nn.Module):
    def __init__(self, n_inputs, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(n_inputs, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% under_autocast | 8 | dtype_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            out, (h, c) = self.lstm(x)
            return self.fc(h[-1])


# %% half_at_the_end | 8 | dtype_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1]).bfloat16()


# %% double_at_the_end | 8 | dtype_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1]).double()


# %% numpy_at_the_end | 0 | not_a_tensor
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1]).detach().numpy()


# %% last_sequence | 5 | last_sequence
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[-1])


# %% all_of_h_n | 5 | every_layer
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(h_n)


# %% first_step_only_where_one_row | 8 | one_row_differs
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        if x.size(0) == 1:
            return self.fc(out[:, 0])
        return self.fc(out[:, -1])


# %% no_lstm_for_one_step | 8 | one_step_differs
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        if x.size(1) == 1:
            return self.fc(x.new_zeros(x.size(0), self.fc.in_features))
        return self.fc(self.lstm(x)[1][0][-1])


# %% first_steps_only | 8 | longer_differs
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x[:, :8])[1][0][-1])


# %% gradients_left_off | 8 | state_left
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        torch.set_grad_enabled(False)
        output, _ = self.lstm(x)
        return self.fc(output[:, -1])
