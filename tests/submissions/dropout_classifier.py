# ruff: noqa
"""Labelled answers to `dropout_classifier`: each cell is what a student might put into the solution cell.

Heading of a cell: name | points it deserves, of 10 | the finding that it must get ("-": none).
"""


# %% nn_dropout_h_n | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% last_output | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        out = self.dropout(out[:, -1, :])
        return self.fc(out)


# %% explicit_zero_states | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        shape = (self.lstm.num_layers, x.size(0), self.lstm.hidden_size)
        h0, c0 = x.new_zeros(shape), x.new_zeros(shape)
        out, (h_n, c_n) = self.lstm(x, (h0, c0))
        return self.fc(self.dropout(h_n[-1]))


# %% functional_dropout | 10 | -
import torch.nn.functional as F


class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.drop_rate = dropout
        self.encoder = nn.LSTM(input_size, hidden_size, num_layers=num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, sequences):
        _, (state, _) = self.encoder(sequences)
        features = F.dropout(state[-1], p=self.drop_rate, training=self.training)
        return self.head(features)


# %% dropout_on_all_outputs | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(out)[:, -1])


# %% mask_by_hand | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.p = dropout
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        last = self.lstm(x)[0][:, -1]
        if self.training:
            keep = torch.bernoulli(torch.full_like(last, 1 - self.p))
            last = last * keep / (1 - self.p)
        return self.fc(last)


# %% sequential_head | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(hidden_size, num_classes))

    def forward(self, x):
        out, _ = self.rnn(x.transpose(0, 1).contiguous())
        return self.head(out[-1])


# %% lstm_cells | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.hidden_size = hidden_size
        cells = [nn.LSTMCell(input_size, hidden_size)]
        cells += [nn.LSTMCell(hidden_size, hidden_size) for _ in range(num_layers - 1)]
        self.cells = nn.ModuleList(cells)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        B, T, _ = x.shape
        steps = [x[:, t] for t in range(T)]
        for cell in self.cells:
            h = x.new_zeros(B, self.hidden_size)
            c = x.new_zeros(B, self.hidden_size)
            after = []
            for step in steps:
                h, c = cell(step, (h, c))
                after.append(h)
            steps = after
        return self.out(self.drop(steps[-1]))


# %% by_hand | 10 | -
class LSTMByHand(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.H = H
        self.input_gate = nn.Linear(D + H, H)
        self.forget_gate = nn.Linear(D + H, H)
        self.output_gate = nn.Linear(D + H, H)
        self.cell_candidate = nn.Linear(D + H, H)

    def forward(self, x):
        h = c = x.new_zeros(x.size(0), self.H)
        everything = []
        for x_t in x.unbind(1):
            z = torch.cat([x_t, h], -1)
            c = torch.sigmoid(self.forget_gate(z)) * c + torch.sigmoid(self.input_gate(z)) * torch.tanh(
                self.cell_candidate(z)
            )
            h = torch.sigmoid(self.output_gate(z)) * torch.tanh(c)
            everything.append(h)
        return torch.stack(everything, 1)


class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.stack = nn.ModuleList(
            LSTMByHand(hidden_size if k else input_size, hidden_size) for k in range(num_layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        for layer in self.stack:
            x = layer(x)
        return self.fc(self.dropout(x[:, -1]))


# %% no_dropout | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% dropout_in_the_lstm | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% dropout_in_both | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% dropout_on_input | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(self.dropout(x))
        return self.fc(h_n[-1])


# %% dropout_on_input_too | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(self.dropout(x))
        return self.fc(self.dropout(h_n[-1]))


# %% dropout_on_logits | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.dropout(self.fc(h_n[-1]))


# %% dropout_twice | 7 | wrong_p
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(self.dropout(h_n[-1])))


# %% dropout_in_eval | 7 | dropout_in_eval
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(nn.functional.dropout(h_n[-1], self.dropout.p))


# %% mask_in_eval | 7 | dropout_in_eval
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.p = dropout
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        last = self.lstm(x)[0][:, -1]
        if True:
            keep = torch.bernoulli(torch.full_like(last, 1 - self.p))
            last = last * keep / (1 - self.p)
        return self.fc(last)


# %% unscaled | 7 | dropout_unscaled
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.p = dropout
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        last = self.lstm(x)[0][:, -1]
        if self.training:
            keep = torch.bernoulli(torch.full_like(last, 1 - self.p))
            last = last * keep
        return self.fc(last)


# %% argument_ignored | 7 | dropout_argument_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% argument_ignored_by_default | 7 | dropout_argument_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout()
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% keep_probability | 7 | wrong_p
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(1 - dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% wrong_default_dropout | 7 | wrong_default
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.3):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% same_mask_for_the_batch | 7 | dropout_mask_reused
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.p = dropout
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        last = self.lstm(x)[0][:, -1]
        if self.training:
            keep = torch.bernoulli(torch.full_like(last[:1], 1 - self.p))
            last = last * keep / (1 - self.p)
        return self.fc(last)


# %% whole_vector_dropped | 7 | dropout_mask_reused
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.p = dropout
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        last = self.lstm(x)[0][:, -1]
        if self.training:
            keep = torch.bernoulli(torch.full_like(last[:, :1], 1 - self.p))
            last = last * keep / (1 - self.p)
        return self.fc(last)


# %% num_layers_ignored | 8 | num_layers_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% two_layers_always | 8 | num_layers_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, 2, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% gru | 8 | wrong_cell
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, h_n = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% plain_rnn | 8 | wrong_cell
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, h_n = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% bidirectional | 8 | extra_direction
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(torch.cat([h_n[-2], h_n[-1]], dim=1)))


# %% batch_first_forgotten | 8 | batch_time_swapped
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(out[:, -1]))


# %% batch_first_forgotten_h_n | 6 | batch_time_swapped
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% first_step | 8 | first_step
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(out[:, 0]))


# %% step_before_last | 8 | step_before_last
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(out[:, -2]))


# %% mean_over_time | 8 | mean_over_time
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(out.mean(dim=1)))


# %% first_layer_state | 8 | first_layer_state
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[0]))


# %% cell_state | 8 | cell_state
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(c_n[-1]))


# %% every_step | 6 | every_step
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(out))


# %% softmax | 8 | softmax
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return torch.softmax(self.fc(self.dropout(h_n[-1])), dim=1)


# %% relu_before_head | 8 | activation_before_head
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(torch.relu(h_n[-1])))


# %% no_head | 6 | no_head
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.dropout(h_n[-1])


# %% hidden_size_ignored | 8 | hidden_size_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        hidden_size = 128
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% num_classes_ignored | 8 | output_size_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, 2)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% state_kept | 9 | state_kept
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.state = None
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        if self.state is not None and self.state[0].shape[1] != len(x):
            self.state = None
        out, self.state = self.lstm(x, self.state)
        self.state = tuple(s.detach() for s in self.state)
        h_n = self.state[0] if False else out[:, -1][None]
        return self.fc(self.dropout(h_n[-1]))


# %% state_on_cpu | 9 | device_fixed
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h0 = torch.zeros(self.lstm.num_layers, len(x), self.lstm.hidden_size, dtype=x.dtype)
        out, (h_n, c_n) = self.lstm(x, (h0, h0))
        return self.fc(self.dropout(h_n[-1]))


# %% cast_to_float | 9 | dtype_fixed
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x.float())
        return self.fc(self.dropout(h_n[-1]))


# %% detached | 9 | detached
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1].detach()))


# %% frozen | 9 | frozen
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.lstm.requires_grad_(False)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% loop_over_batch | 9 | loop_over_batch
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h_n = torch.cat([self.lstm(row.unsqueeze(0))[1][0] for row in x], dim=1)
        return self.fc(self.dropout(h_n[-1]))


# %% constant | 0 | constant
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(torch.ones_like(h_n[-1])))


# %% feature_count | 0 | feature_count
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(input_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% raises | 0 | raises
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[9]))


# %% axes_swapped_and_no_dropout | 5 | batch_time_swapped, no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


# %% last_sequence_and_no_dropout | 3 | last_sequence, no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][-1])


# %% all_of_h_n | 6 | every_layer
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.drop(self.lstm(x)[1][0]))


# %% axes_swapped_and_dropout_on_the_logits | 5 | batch_time_swapped, dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.drop(self.fc(self.lstm(x)[0][:, -1]))


# %% functional_dropout_with_defaults | 7 | dropout_in_eval, dropout_argument_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(nn.functional.dropout(out[:, -1, :]))


# %% fixed_mask_in_eval_too | 7 | dropout_in_eval
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h = self.lstm(x)[0][:, -1]
        return self.fc(h * (torch.rand_like(h) > 0.25) / 0.75)


# %% always_on_and_the_mean_is_read | 4 | dropout_in_eval, random_in_eval
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h = self.lstm(x)[0].mean(1)
        return self.fc(nn.functional.dropout(h))


# %% relu_and_no_dropout | 5 | activation_before_head, no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(torch.relu(self.lstm(x)[0][:, -1]))


# %% relu_before_head_and_half_the_share | 5 | activation_before_head, wrong_p
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout / 2)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.drop(torch.relu(self.lstm(x)[0][:, -1])))


# %% no_dropout_for_one_row | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h = self.lstm(x)[1][0][-1]
        return self.fc(self.drop(h) if len(h) > 1 else h)


# %% first_steps_only | 9 | longer_differs
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.drop(self.lstm(x[:, :10])[1][0][-1]))


# %% states_of_all_layers | 8 | all_layers_read
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(num_layers * hidden_size, num_classes)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(self.drop(h_n.transpose(0, 1).flatten(1)))


# %% states_of_all_layers_and_a_narrow_head | 5 | all_layers_read
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(self.drop(h_n.transpose(0, 1).flatten(1)))


# %% argmax_at_the_end | 2 | argmax
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.drop(self.lstm(x)[1][0][-1])).argmax(-1)


# %% under_autocast | 9 | dtype_fixed
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.fc(self.drop(self.lstm(x)[1][0][-1]))


# %% sizes_swapped | 0 | arguments_swapped
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(hidden_size, input_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc(self.drop(self.lstm(x)[1][0][-1]))


# %% packed_from_a_list | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        packed = nn.utils.rnn.pack_sequence([sequence for sequence in x])
        return self.fc(self.drop(self.lstm(packed)[1][0][-1]))


# %% bias_with_an_axis_for_the_batch | 10 | -
class Layer(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.m = m
        self.U = nn.Parameter(0.1 * torch.randn(n, 4, m))
        self.V = nn.Parameter(0.1 * torch.randn(m, 4, m))
        self.bias = nn.Parameter(torch.zeros(4, 1, m))

    def forward(self, x):
        h, c = x.new_zeros(len(x), self.m), x.new_zeros(len(x), self.m)
        out = []
        for step in x.unbind(1):
            z = torch.tensordot(step, self.U, 1) + torch.tensordot(h, self.V, 1)
            i, f, g, o = z.transpose(0, 1) + self.bias
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            out.append(h)
        return torch.stack(out, 1)


class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.body = nn.Sequential(*[Layer(n, hidden_size) for n in sizes])
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.head(self.drop(self.body(x)[:, -1]))


# %% seeded_in_forward | 7 | dropout_same_each_call
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            torch.manual_seed(0)
            last = last * (torch.rand_like(last) >= self.p) / (1 - self.p)
        return self.fc(last)


# %% seeded_in_forward_by_random | 7 | dropout_same_each_call
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            torch.random.manual_seed(0)
            last = last * (torch.rand_like(last) >= self.p) / (1 - self.p)
        return self.fc(last)


# %% seeded_in_forward_default_generator | 7 | dropout_same_each_call
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            torch.default_generator.manual_seed(0)
            last = last * (torch.rand_like(last) >= self.p) / (1 - self.p)
        return self.fc(last)


# %% generator_seeded_in_forward | 7 | dropout_same_each_call
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            generator = torch.Generator().manual_seed(0)
            last = last * torch.bernoulli(torch.full_like(last, 1 - self.p), generator=generator) / (1 - self.p)
        return self.fc(last)


# %% mask_kept_from_the_first_call | 7 | dropout_same_each_call
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout
        self.masks = {}

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            if 0 not in self.masks or self.masks[0].shape != last.shape:
                self.masks[0] = (torch.rand_like(last) >= self.p) / (1 - self.p)
            last = last * self.masks[0]
        return self.fc(last)


# %% mask_made_in_init | 7 | dropout_same_each_call
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout
        self.mask = (torch.rand(hidden_size) >= dropout) / (1 - dropout)

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            last = last * self.mask
        return self.fc(last)


# %% generator_of_its_own | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout
        self.generator = torch.Generator().manual_seed(0)

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.training:
            last = last * torch.bernoulli(torch.full_like(last, 1 - self.p), generator=self.generator) / (1 - self.p)
        return self.fc(last)


# %% drops_in_narrow_layers_only | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout
        self.few = hidden_size < 5

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.few:
            last = nn.functional.dropout(last, self.p, self.training)
        return self.fc(last)


# %% drops_in_wide_layers_only | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout
        self.many = hidden_size > 5

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.many:
            last = nn.functional.dropout(last, self.p, self.training)
        return self.fc(last)


# %% drops_in_large_batches_only | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if len(x) > 100:
            last = nn.functional.dropout(last, self.p, self.training)
        return self.fc(last)


# %% drops_where_weights_are_large_only | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        last = self.lstm(x)[1][0][-1]
        if self.fc.weight.abs().min() > 0.05:
            last = nn.functional.dropout(last, self.p, self.training)
        return self.fc(last)
