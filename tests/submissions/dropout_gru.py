# ruff: noqa
"""Labelled answers to `dropout_gru`: each cell is what a student might put into the solution cell.

Heading of a cell: name | points it deserves, of 10 | the finding that it must get ("-": none).
"""


# %% nn_gru_h_n | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% explicit_zero_state | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super(DropoutGRU, self).__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = x.new_zeros(self.num_layers, x.size(0), self.hidden_size)
        out, hn = self.gru(x, h0)
        out = self.fc(out[:, -1, :])
        return out


# %% stack_with_own_mask | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if not self.training:
            return y
        mask = (torch.rand_like(y) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% stack_with_dropout_modules | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.first = nn.GRU(input_size, hidden_size, batch_first=True)
        self.rest = nn.ModuleList()
        for _ in range(1, num_layers):
            self.rest.append(nn.GRU(hidden_size, hidden_size, batch_first=True))
        self.classifier = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, last = self.first(x)
        for layer in self.rest:
            out, last = layer(self.drop(out))
        return self.classifier(last.squeeze(0))


# %% gru_cells | 10 | -
from torch.nn import functional as F


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList([nn.GRUCell(s, hidden_size) for s in sizes])
        self.hidden_size, self.dropout = hidden_size, dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        hs = [x.new_zeros(x.size(0), self.hidden_size) for _ in self.cells]
        for t in range(x.size(1)):
            below = x[:, t]
            for k, cell in enumerate(self.cells):
                hs[k] = cell(below, hs[k])
                below = F.dropout(hs[k], self.dropout, training=self.training)
        return self.fc(hs[-1])


# %% time_first | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x.permute(1, 0, 2))
        return self.fc(out[-1])


# %% by_hand_torch_convention | 10 | -
class GRULayer(nn.Module):
    def __init__(self, n_in, n):
        super().__init__()
        self.n = n
        self.Wx = nn.Linear(n_in, 3 * n)
        self.Wh = nn.Linear(n, 3 * n)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.n)
        outputs = []
        for t in range(x.size(1)):
            zx, rx, nx = self.Wx(x[:, t]).chunk(3, dim=1)
            zh, rh, nh = self.Wh(h).chunk(3, dim=1)
            z = torch.sigmoid(zx + zh)
            r = torch.sigmoid(rx + rh)
            new = torch.tanh(nx + r * nh)
            h = z * h + (1 - z) * new
            outputs.append(h)
        return torch.stack(outputs, dim=1)


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        modules = [GRULayer(input_size, hidden_size)]
        for _ in range(num_layers - 1):
            modules += [nn.Dropout(dropout), GRULayer(hidden_size, hidden_size)]
        self.body = nn.Sequential(*modules)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.head(self.body(x)[:, -1])


# %% by_hand_original_paper | 10 | -
class GRUCellByHand(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.reset = nn.Linear(input_size + hidden_size, hidden_size)
        self.update = nn.Linear(input_size + hidden_size, hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h):
        both = torch.cat([x, h], dim=1)
        r = torch.sigmoid(self.reset(both))
        u = torch.sigmoid(self.update(both))
        proposal = torch.tanh(self.candidate(torch.cat([x, r * h], dim=1)))
        return (1 - u) * h + u * proposal


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList()
        for k in range(num_layers):
            self.cells.append(GRUCellByHand(hidden_size if k else input_size, hidden_size))
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        sequence = list(x.unbind(1))
        for k, cell in enumerate(self.cells):
            if k:
                sequence = [self.dropout(s) for s in sequence]
            h = x.new_zeros(x.size(0), self.hidden_size)
            states = []
            for s in sequence:
                h = cell(s, h)
                states.append(h)
            sequence = states
        return self.fc(sequence[-1])


# %% talkative_no_bias | 10 | -
import warnings


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        warnings.warn("dropout is %s" % dropout)
        self.encoder = nn.GRU(
            input_size=input_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
            bias=False,
            batch_first=True,
            dropout=dropout if num_layers > 1 else 0.0,
        )
        self.decoder = nn.Linear(hidden_size, output_size, bias=False)

    def forward(self, x):
        print(x.shape)
        states, _ = self.encoder(x)
        return self.decoder(states)[:, -1]


# %% one_layer | 5 | one_layer
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, 1, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% num_layers_not_passed | 5 | one_layer
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% num_layers_ignored | 8 | num_layers_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, 2, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% no_dropout | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% dropout_argument_ignored | 7 | dropout_argument_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=0.3)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% wrong_default_dropout | 7 | wrong_default
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.5):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% keep_probability | 7 | wrong_p
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=1 - dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% half_p | 7 | wrong_p
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout / 2)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% dropout_before_head | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(self.dropout(h_n[-1]))


# %% dropout_on_input | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(self.dropout(x))
        return self.fc(h_n[-1])


# %% dropout_on_logits | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.dropout(self.fc(h_n[-1]))


# %% dropout_between_and_before_head | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(self.dropout(h_n[-1]))


# %% dropout_between_and_on_input | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(self.dropout(x))
        return self.fc(h_n[-1])


# %% dropout_after_every_layer | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if not self.training:
            return y
        mask = (torch.rand_like(y) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            x, _ = layer(x)
            x = self.drop(x)
        return self.fc(x[:, -1])


# %% dropout_in_eval | 7 | dropout_in_eval
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        mask = (torch.rand_like(y) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% functional_dropout_in_eval | 7 | dropout_in_eval
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        return nn.functional.dropout(y, self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% dropout_only_in_eval | 7 | dropout_in_eval
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if self.training:
            return y
        mask = (torch.rand_like(y) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% unscaled | 7 | dropout_unscaled
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if not self.training:
            return y
        mask = (torch.rand_like(y) > self.p).to(y.dtype)
        return y * mask

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% same_mask_every_step | 7 | dropout_mask_reused
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if not self.training:
            return y
        mask = (torch.rand_like(y[:, :1]) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% whole_steps_dropped | 7 | dropout_mask_reused
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if not self.training:
            return y
        mask = (torch.rand_like(y[:, :, :1]) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% same_mask_for_the_batch | 7 | dropout_mask_reused
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(input_size if k == 0 else hidden_size, hidden_size, batch_first=True)
            for k in range(num_layers)
        )
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def drop(self, y):
        if not self.training:
            return y
        mask = (torch.rand_like(y[:1]) > self.p).to(y.dtype)
        return y * mask / (1 - self.p)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% lstm | 8 | wrong_cell
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, _) = self.gru(x)
        return self.fc(h_n[-1])


# %% plain_rnn | 8 | wrong_cell
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% batch_first_forgotten | 8 | batch_time_swapped
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(out[:, -1])


# %% batch_first_forgotten_h_n | 6 | batch_time_swapped
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% first_step | 8 | first_step
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(out[:, 0])


# %% mean_over_time | 8 | mean_over_time
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(out.mean(1))


# %% first_layer_state | 5 | first_layer_state
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[0])


# %% every_step | 6 | every_step
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(out)


# %% no_head | 6 | no_head
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return h_n[-1]


# %% softmax | 8 | softmax
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1]).softmax(dim=1)


# %% log_softmax | 8 | softmax
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return torch.log_softmax(self.fc(h_n[-1]), dim=1)


# %% hidden_size_ignored | 8 | hidden_size_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        hidden_size = 64
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% state_kept | 9 | state_kept
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.h = None
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h = self.h if self.h is not None and self.h.size(1) == x.size(0) else None
        out, h_n = self.gru(x, h)
        self.h = h_n.detach()
        return self.fc(h_n[-1])


# %% state_on_cpu | 9 | device_fixed
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(self.gru.num_layers, x.size(0), self.gru.hidden_size, dtype=x.dtype)
        out, h_n = self.gru(x, h0)
        return self.fc(h_n[-1])


# %% state_in_the_default_type | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(self.gru.num_layers, x.size(0), self.gru.hidden_size).to(x.device)
        out, h_n = self.gru(x, h0)
        return self.fc(h_n[-1])


# %% detached | 9 | detached
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n.data[-1])


# %% frozen | 9 | frozen
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        for p in self.gru.parameters():
            p.requires_grad = False
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% loop_over_batch | 9 | loop_over_batch
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h_n = torch.stack([self.gru(x[b : b + 1])[1][:, 0] for b in range(x.size(0))], dim=1)
        return self.fc(h_n[-1])


# %% feature_count | 0 | feature_count
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size * num_layers, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% constant | 0 | constant
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(torch.zeros_like(h_n[-1]))


# %% missing_import | 0 | raises
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        h_n = F.dropout(h_n, 0.3)
        return self.fc(h_n[-1])


# %% no_answer_in_forward | 0 | no_answer
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        raise NotImplementedError("no answer yet: put your code in place of this line")


# %% noise_in_place_of_dropout | 7 | dropout_unclear
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(nn.GRU(size, hidden_size, batch_first=True) for size in sizes)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k > 0 and self.training:
                x = x * (1 + self.p * torch.randn_like(x))
            x, h_n = layer(x)
        return self.fc(h_n[-1])


# %% last_sequence_and_no_dropout | 3 | last_sequence, no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[0][-1])


# %% last_sequence | 6 | last_sequence
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[0][-1])


# %% all_of_h_n_and_no_dropout | 3 | every_layer, no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[1])


# %% all_of_h_n | 6 | every_layer
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[1])


# %% axes_swapped_and_no_dropout | 5 | batch_time_swapped, no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[0][:, -1])


# %% axes_swapped_and_the_wrong_share | 5 | batch_time_swapped, wrong_p
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=1 - dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[0][:, -1])


# %% dropout_that_nobody_reads | 5 | first_layer_state
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=1 - dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.gru(x)
        return self.fc(h_n[0])


# %% relu_before_head | 8 | activation_before_head
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.fc(torch.relu(out[:, -1]))


# %% relu_on_the_logits | 8 | activation_on_logits
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.gru(x)
        return torch.relu(self.fc(out[:, -1]))


# %% relu_before_head_and_whole_steps_dropped | 5 | activation_before_head, dropout_mask_reused
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList([nn.GRU(n, hidden_size, batch_first=True) for n in sizes])
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k and self.training:
                x = x * (torch.rand(x.size(0), x.size(1), 1, device=x.device) > self.p) / (1 - self.p)
            x, _ = layer(x)
        return self.fc(torch.relu(x[:, -1]))


# %% functional_dropout_with_defaults | 7 | dropout_in_eval, dropout_argument_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList([nn.GRU(n, hidden_size, batch_first=True) for n in sizes])
        self.p = dropout
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            x, _ = layer(nn.functional.dropout(x) if k else x)
        return self.fc(x[:, -1])


# %% no_dropout_for_one_row | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList([nn.GRU(n, hidden_size, batch_first=True) for n in sizes])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k and len(x) > 1:
                x = self.drop(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% argmax_at_the_end | 2 | argmax
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return torch.argmax(self.fc(self.gru(x)[0][:, -1]), dim=-1)


# %% under_autocast | 9 | dtype_fixed
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.fc(self.gru(x)[0][:, -1])


# %% sizes_swapped | 0 | arguments_swapped
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(hidden_size, input_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[0][:, -1])


# %% packed_from_a_list | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.gru(nn.utils.rnn.pack_sequence(list(x)))[1][-1])


# %% weights_by_input_gate_and_unit | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.H = hidden_size
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.wx = nn.ParameterList([0.1 * torch.randn(n, 3, hidden_size) for n in sizes])
        self.wh = nn.ParameterList([0.1 * torch.randn(hidden_size, 3, hidden_size) for _ in sizes])
        self.b = nn.ParameterList([torch.zeros(1, 3, hidden_size) for _ in sizes])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for k, (wx, wh, b) in enumerate(zip(self.wx, self.wh, self.b)):
            x = self.drop(x) if k else x
            h = x.new_zeros(x.size(0), self.H)
            out = []
            for t in range(x.size(1)):
                px = torch.tensordot(x[:, t], wx, 1) + b
                ph = torch.tensordot(h, wh, 1)
                r, z = torch.sigmoid(px[:, 0] + ph[:, 0]), torch.sigmoid(px[:, 1] + ph[:, 1])
                n = torch.tanh(px[:, 2] + r * ph[:, 2])
                h = z * h + (1 - z) * n
                out.append(h)
            x = torch.stack(out, 1)
        return self.fc(x[:, -1])


# %% seeded_in_forward | 7 | dropout_same_each_call
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    torch.manual_seed(0)
                    x = x * (torch.rand_like(x) >= self.p) / (1 - self.p)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% seeded_in_forward_by_random | 7 | dropout_same_each_call
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    torch.random.manual_seed(0)
                    x = x * (torch.rand_like(x) >= self.p) / (1 - self.p)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% seeded_in_forward_default_generator | 7 | dropout_same_each_call
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    torch.default_generator.manual_seed(0)
                    x = x * (torch.rand_like(x) >= self.p) / (1 - self.p)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% generator_seeded_in_forward | 7 | dropout_same_each_call
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    generator = torch.Generator().manual_seed(0)
                    x = x * torch.bernoulli(torch.full_like(x, 1 - self.p), generator=generator) / (1 - self.p)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% mask_kept_from_the_first_call | 7 | dropout_same_each_call
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout
        self.masks = {}

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    if k not in self.masks or self.masks[k].shape != x.shape:
                        self.masks[k] = (torch.rand_like(x) >= self.p) / (1 - self.p)
                    x = x * self.masks[k]
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% mask_made_in_init | 7 | dropout_same_each_call
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout
        self.mask = (torch.rand(hidden_size) >= dropout) / (1 - dropout)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    x = x * self.mask
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% generator_of_its_own | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout
        self.generator = torch.Generator().manual_seed(0)

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.training:
                    x = x * torch.bernoulli(torch.full_like(x, 1 - self.p), generator=self.generator) / (1 - self.p)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% drops_in_narrow_layers_only | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout
        self.few = hidden_size < 5

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.few:
                    x = nn.functional.dropout(x, self.p, self.training)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% drops_in_wide_layers_only | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout
        self.many = hidden_size > 5

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.many:
                    x = nn.functional.dropout(x, self.p, self.training)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% drops_in_large_batches_only | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if len(x) > 100:
                    x = nn.functional.dropout(x, self.p, self.training)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% drops_where_weights_are_large_only | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.p = dropout

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            if k:
                if self.fc.weight.abs().min() > 0.05:
                    x = nn.functional.dropout(x, self.p, self.training)
            x, _ = layer(x)
        return self.fc(x[:, -1])
