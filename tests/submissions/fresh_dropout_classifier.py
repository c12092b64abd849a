# ruff: noqa
"""Labelled answers to `dropout_classifier` by readers of the exercise who had not seen the judge.

Heading of a cell: name | points it deserves, of 10 | the findings that it must get ("-": none).
The points are those of the readers, the findings' names were put to their words afterwards.
"""


# %% fresh_r_plain | 10 | -
class DropoutSequenceClassifier(nn.Module):
    """x (B, T, input_size) -> logits (B, num_classes)."""

    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% fresh_r_chinese_out_last | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        # 多层 LSTM,层间不加 dropout
        self.rnn = nn.LSTM(input_size=input_size, hidden_size=hidden_size,
                           num_layers=num_layers, batch_first=True)
        self.drop = nn.Dropout(p=dropout)      # 随机失活
        self.out = nn.Linear(hidden_size, num_classes)   # 输出层
        print("模型参数数量:", sum(p.numel() for p in self.parameters()))

    def forward(self, x):
        # x: (B, T, D)
        output, _ = self.rnn(x)
        last = output[:, -1, :]    # 取最后一个时间步
        last = self.drop(last)
        logits = self.out(last)
        return logits


# %% fresh_r_functional | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super(DropoutSequenceClassifier, self).__init__()
        self.p = dropout
        self.encoder = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=0.0)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        import torch.nn.functional as F

        output, (hidden, cell) = self.encoder(x)
        hidden = F.dropout(hidden[-1], p=self.p, training=self.training)
        return self.head(hidden)


# %% fresh_r_sequential_head | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(hidden_size, num_classes))
        self.body = nn.LSTM(input_size, hidden_size, num_layers=num_layers, batch_first=True)

    def forward(self, x):
        states = self.body(x)[0]
        return self.head(states.select(1, states.size(1) - 1))


# %% fresh_r_cells | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList()
        for i in range(num_layers):
            self.cells.append(nn.LSTMCell(input_size if i == 0 else hidden_size, hidden_size))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        B, T, _ = x.shape
        h = [x.new_zeros(B, self.hidden_size) for _ in self.cells]
        c = [x.new_zeros(B, self.hidden_size) for _ in self.cells]
        for t in range(T):
            inp = x[:, t]
            for l, cell in enumerate(self.cells):
                h[l], c[l] = cell(inp, (h[l], c[l]))
                inp = h[l]
        return self.linear(self.dropout(h[-1]))


# %% fresh_r_modulelist | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(
            [nn.LSTM(a, b, batch_first=True) for a, b in zip(sizes[:-1], sizes[1:])]
        )
        self.do = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        for layer in self.layers:
            x, (h, c) = layer(x)
        return self.fc(self.do(h.squeeze(0)))


# %% fresh_r_gates_by_hand | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.H = hidden_size
        self.from_x = nn.ModuleList(
            nn.Linear(input_size if k == 0 else hidden_size, 4 * hidden_size) for k in range(num_layers)
        )
        self.from_h = nn.ModuleList(
            nn.Linear(hidden_size, 4 * hidden_size, bias=False) for _ in range(num_layers)
        )
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        seq = x.unbind(dim=1)
        for wx, wh in zip(self.from_x, self.from_h):
            h = torch.zeros(x.shape[0], self.H, device=x.device, dtype=x.dtype)
            c = torch.zeros_like(h)
            states = []
            for x_t in seq:
                o, g, f, i = (wx(x_t) + wh(h)).chunk(4, dim=1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                states.append(h)
            seq = states
        return self.fc(self.drop(seq[-1]))


# %% fresh_r_own_mask | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.dropout = dropout

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        h_T = h[-1]
        if self.training and self.dropout > 0:
            keep = 1 - self.dropout
            m = (torch.rand_like(h_T) < keep).to(h_T.dtype)
            h_T = h_T * m / keep
        return self.fc(h_T)


# %% fresh_r_permute | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        x = x.permute(1, 0, 2)  # (T, B, D)
        output, _ = self.lstm(x)
        return self.classifier(self.dropout(output[-1]))


# %% fresh_r_explicit_zero_states | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        out, _ = self.lstm(x, (h0, c0))
        out = out[:, -1, :]
        out = self.dropout(out)
        return self.fc(out)


# %% fresh_r_init_hidden_method | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.n, self.h = num_layers, hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, num_classes)
        self.drop = nn.Dropout(dropout)

    def init_hidden(self, batch_size):
        weight = next(self.parameters())
        return (weight.new_zeros(self.n, batch_size, self.h),
                weight.new_zeros(self.n, batch_size, self.h))

    def forward(self, x):
        hidden = self.init_hidden(len(x))
        _, hidden = self.lstm(x, hidden)
        return self.linear(self.drop(hidden[0][-1, :, :]))


# %% fresh_r_chatbot | 10 | -
class DropoutSequenceClassifier(nn.Module):
    """LSTM sequence classifier with dropout before the classification head.

    Args:
        input_size: Number of features per time step.
        hidden_size: Number of hidden units in each LSTM layer.
        num_layers: Number of stacked LSTM layers.
        num_classes: Number of output classes.
        dropout: Drop probability applied to the final hidden state.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        num_classes: int,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if not 0.0 <= dropout <= 1.0:
            raise ValueError(f"dropout must be in [0, 1], got {dropout}")

        # Note: we do NOT pass `dropout` to nn.LSTM, as it would act between layers.
        self.lstm = nn.LSTM(
            input_size=input_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
            batch_first=True,
        )
        self.dropout = nn.Dropout(p=dropout)
        self.head = nn.Linear(in_features=hidden_size, out_features=num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert x.dim() == 3, f"Expected (B, T, D), got {tuple(x.shape)}"
        _, (h_n, _) = self.lstm(x)      # h_n: (num_layers, B, H)
        last_hidden = h_n[-1]           # (B, H)
        last_hidden = self.dropout(last_hidden)
        return self.head(last_hidden)   # (B, num_classes), raw logits


# %% fresh_r_raw_parameters | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        k = hidden_size ** -0.5
        self.W = nn.ParameterList()
        self.U = nn.ParameterList()
        self.b = nn.ParameterList()
        for layer in range(num_layers):
            d = input_size if layer == 0 else hidden_size
            self.W.append(nn.Parameter(torch.empty(d, 4 * hidden_size).uniform_(-k, k)))
            self.U.append(nn.Parameter(torch.empty(hidden_size, 4 * hidden_size).uniform_(-k, k)))
            self.b.append(nn.Parameter(torch.zeros(4 * hidden_size)))
        self.V = nn.Linear(hidden_size, num_classes)
        self.p = dropout
        self.H = hidden_size

    def layer(self, x, W, U, b):
        H = self.H
        h = c = x.new_zeros(x.size(0), H)
        hs = []
        for t in range(x.size(1)):
            z = x[:, t] @ W + h @ U + b
            f = z[:, :H].sigmoid()
            i = z[:, H:2 * H].sigmoid()
            o = z[:, 2 * H:3 * H].sigmoid()
            g = z[:, 3 * H:].tanh()
            c = f * c + i * g
            h = o * c.tanh()
            hs.append(h)
        return torch.stack(hs, dim=1)

    def forward(self, x):
        for W, U, b in zip(self.W, self.U, self.b):
            x = self.layer(x, W, U, b)
        return self.V(torch.dropout(x[:, -1], self.p, self.training))


# %% fresh_r_dropout_on_all_steps | 10 | -
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        self.lstm.flatten_parameters()
        out, _ = self.lstm(x)
        out = self.dropout(out)
        return self.fc(out[:, -1])


# %% fresh_w_active_in_eval | 7 | dropout_in_eval
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.dropout = dropout

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        h = nn.functional.dropout(h[-1], self.dropout)
        return self.fc(h)


# %% fresh_w_between_layers_only | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% fresh_w_between_and_head | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(
            input_size,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=dropout if num_layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% fresh_w_one_layer_lstm_dropout | 7 | no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(num_layers):
            d = input_size if i == 0 else hidden_size
            last = i == num_layers - 1
            self.layers.append(nn.LSTM(d, hidden_size, 1, batch_first=True, dropout=dropout if last else 0))
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        for layer in self.layers:
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% fresh_w_on_input | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        x = self.drop(x)
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


# %% fresh_w_after_head | 7 | dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        out = self.fc(h[-1])
        out = self.dropout(out)
        return out


# %% fresh_w_p_ignored | 7 | dropout_argument_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout()
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(self.dropout(out[:, -1]))


# %% fresh_w_keep_probability | 7 | wrong_p
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        h = self.lstm(x)[1][0][-1]
        if self.training:
            mask = (torch.rand_like(h) < self.p).to(h.dtype)
            h = h * mask / self.p
        return self.fc(h)


# %% fresh_w_not_rescaled | 7 | dropout_unscaled
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.dropout = dropout

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        h = h[-1]
        if self.training:
            h = h * (torch.rand_like(h) > self.dropout)
        return self.fc(h)


# %% fresh_w_one_mask_for_batch | 7 | dropout_mask_reused
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.dropout = nn.Dropout(dropout)
        self.hidden_size = hidden_size

    def forward(self, x):
        out, _ = self.lstm(x)
        last = out[:, -1, :]
        mask = self.dropout(torch.ones(self.hidden_size, device=x.device, dtype=x.dtype))
        return self.fc(last * mask)


# %% fresh_w_dropout1d | 7 | dropout_mask_reused
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout1d(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% fresh_w_softmax | 8 | softmax
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        out, _ = self.lstm(x)
        out = self.dropout(out[:, -1, :])
        return self.softmax(self.fc(out))


# %% fresh_w_batch_and_time_swapped | 8 | batch_time_swapped
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(self.dropout(out[:, -1, :]))


# %% fresh_w_one_layer | 8 | num_layers_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(self.dropout(h[-1]))


# %% fresh_w_fixed_width | 8 | hidden_size_ignored
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        hidden = 64
        self.lstm = nn.LSTM(input_size, hidden, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden, num_classes)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(self.dropout(h[-1]))


# %% fresh_w_state_kept | 9 | state_kept
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.state = None

    def forward(self, x):
        if self.state is not None and (
            self.state[0].size(1) != x.size(0)
            or self.state[0].device != x.device
            or self.state[0].dtype != x.dtype
        ):
            self.state = None
        out, (h, c) = self.lstm(x, self.state)
        self.state = (h.detach(), c.detach())
        return self.fc(self.dropout(h[-1]))


# %% fresh_w_detached | 9 | detached
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        with torch.no_grad():
            _, (h_n, _) = self.lstm(x)
        features = self.dropout(h_n[-1])
        return self.fc(features)


# %% fresh_w_state_on_cpu | 9 | device_fixed
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.device = torch.device("cpu")
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, dtype=x.dtype, device=self.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, dtype=x.dtype, device=self.device)
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(self.dropout(out[:, -1]))


# %% fresh_w_float_cast | 9 | dtype_fixed
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        x = x.float()
        out, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% fresh_w_first_layer_state | 8 | first_layer_state
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        _, (h_n, c_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[0]))


# %% fresh_w_cell_state | 8 | cell_state
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        _, (c_n, h_n) = self.lstm(x)
        return self.fc(self.dropout(h_n[-1]))


# %% fresh_w_mean_pooling | 8 | mean_over_time
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(self.dropout(out.mean(dim=1)))


# %% fresh_w_layers_share_weights | 8 | weights_shared
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.first = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.others = nn.ModuleList([nn.LSTM(hidden_size, hidden_size, batch_first=True)] * (num_layers - 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.first(x)
        for lstm in self.others:
            out, _ = lstm(out)
        return self.fc(self.dropout(out[:, -1]))


# %% fresh_w_layers_in_plain_list | 9 | not_registered
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.layers = []
        for i in range(num_layers):
            self.layers.append(nn.LSTM(input_size if i == 0 else hidden_size, hidden_size, batch_first=True))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        for lstm in self.layers:
            x, _ = lstm(x)
        return self.fc(self.dropout(x[:, -1, :]))


# %% fresh_h_todo_one_layer_no_dropout | 5 | num_layers_ignored, no_dropout
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)  # TODO: num_layers
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        # TODO: dropout
        return self.fc(out[:, -1, :])


# %% fresh_h_raises_in_forward | 0 | raises
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, hidden = self.lstm(x)
        last = self.dropout(hidden)
        return self.fc(last[-1])


# %% fresh_h_softmax_and_active_in_eval | 5 | softmax, dropout_in_eval
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.p = dropout

    def forward(self, x):
        import torch.nn.functional as F

        out, _ = self.lstm(x)
        out = F.dropout(out[:, -1, :], p=self.p)
        return F.softmax(self.fc(out), dim=-1)


# %% fresh_h_first_layer_and_dropout_after_head | 5 | first_layer_state, dropout_wrong_place
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.dropout(self.fc(h[0]))
