# ruff: noqa
"""Labelled answers to `two_layer_lstm` by readers of the exercise who had not seen the judge.

Heading of a cell: name | points it deserves, of 10 | the findings that it must get ("-": none).
The points are those of the readers, the findings' names were put to their words afterwards.
One label was changed: random_initial stands at 5 in place of 7, which its author calls debatable. What comes
out is not what the weights give, and no call starts from zeros: that is two items, not the layers.
"""


# %% fresh_plain_stacked | 10 | -
class TwoLayerLSTM(nn.Module):
    """x (B, T, input_size) -> logits (B, output_size)."""

    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers=num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% fresh_two_modules_out_last | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super(TwoLayerLSTM, self).__init__()
        assert num_layers == 2, "this one is for two layers"
        self.lstm1 = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.lstm2 = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        assert x.dim() == 3, f"expected (B, T, D), got {tuple(x.shape)}"
        seq, _ = self.lstm1(x)
        seq, _ = self.lstm2(seq)
        last = seq[:, -1, :]
        return self.out(last)


# %% fresh_chatbot_zero_states_cn | 10 | -
class TwoLayerLSTM(nn.Module):
    """
    双层 LSTM 分类器
    ----------------
    参数:
        input_size  : 输入特征维度
        hidden_size : 隐藏单元数, 默认 256
        output_size : 类别数
        num_layers  : LSTM 层数
    """

    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        # 保存超参数
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        # 定义 LSTM 层
        self.lstm = nn.LSTM(
            input_size=input_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
            batch_first=True,
            dropout=0.0,
            bidirectional=False,
        )
        # 全连接输出层
        self.fc = nn.Linear(hidden_size, output_size)
        self._init_weights()

    def _init_weights(self):
        # 正交初始化 + 遗忘门偏置设为 1
        for name, param in self.lstm.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(param.data)
            elif "weight_hh" in name:
                nn.init.orthogonal_(param.data)
            elif "bias" in name:
                param.data.fill_(0)
                n = param.size(0)
                param.data[n // 4 : n // 2].fill_(1)
        nn.init.xavier_uniform_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x):
        # 初始化隐藏状态和细胞状态为 0
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, dtype=x.dtype).to(x.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, dtype=x.dtype).to(x.device)
        # 前向传播
        out, _ = self.lstm(x, (h0, c0))
        # 取最后一个时间步的输出
        out = self.fc(out[:, -1, :])
        return out


# %% fresh_cells_in_a_loop | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.H = hidden_size
        self.unten = nn.LSTMCell(input_size, hidden_size)
        self.oben = nn.LSTMCell(hidden_size, hidden_size)
        self.raus = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        B, T, D = x.shape
        h1 = x.new_zeros(B, self.H)
        c1 = x.new_zeros(B, self.H)
        h2 = x.new_zeros(B, self.H)
        c2 = x.new_zeros(B, self.H)
        for t in range(T):
            h1, c1 = self.unten(x[:, t], (h1, c1))
            h2, c2 = self.oben(h1, (h2, c2))
        return self.raus(h2)


# %% fresh_hand_gates_one_bias | 10 | -
import math


class MyLSTMLayer(nn.Module):
    def __init__(self, n_in, n_hid):
        super().__init__()
        self.n_hid = n_hid
        k = 1 / math.sqrt(n_hid)
        # columns: output, candidate, forget, input
        self.W = nn.Parameter(torch.empty(n_in, 4 * n_hid).uniform_(-k, k))
        self.U = nn.Parameter(torch.empty(n_hid, 4 * n_hid).uniform_(-k, k))
        self.b = nn.Parameter(torch.zeros(4 * n_hid))

    def forward(self, xs):
        h = torch.zeros_like(xs[:, 0, :1]).repeat(1, self.n_hid)
        c = torch.zeros_like(h)
        hs = []
        for t in range(xs.shape[1]):
            o, g, f, i = (xs[:, t] @ self.W + h @ self.U + self.b).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hs.append(h)
        return torch.stack(hs, dim=1)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.Sequential(*[MyLSTMLayer(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.head(self.layers(x)[:, -1])


# %% fresh_eight_linears_per_layer | 10 | -
class Gate(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.from_input = nn.Linear(d, h)
        self.from_hidden = nn.Linear(h, h)

    def forward(self, x, h):
        return self.from_input(x) + self.from_hidden(h)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.gates = nn.ModuleList()
        for l in range(num_layers):
            d = input_size if l == 0 else hidden_size
            self.gates.append(nn.ModuleDict({name: Gate(d, hidden_size) for name in ["forget", "remember", "candidate", "expose"]}))
        self.linear = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        state = [
            (x.new_zeros((x.shape[0], self.hidden_size)), x.new_zeros((x.shape[0], self.hidden_size)))
            for _ in range(self.num_layers)
        ]
        for x_t in x.unbind(dim=1):
            inp = x_t
            for l, g in enumerate(self.gates):
                h, c = state[l]
                f = g["forget"](inp, h).sigmoid()
                i = g["remember"](inp, h).sigmoid()
                z = g["candidate"](inp, h).tanh()
                o = g["expose"](inp, h).sigmoid()
                c = f * c + i * z
                h = o * c.tanh()
                state[l] = (h, c)
                inp = h
        return self.linear(state[-1][0])


# %% fresh_time_first_permute | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers)
        self.classifier = nn.Sequential(nn.Linear(hidden_size, output_size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.permute(1, 0, 2)  # (T, B, D)
        out, _ = self.rnn(x)
        return self.classifier(out[-1])


# %% fresh_functional_parameterlist | 10 | -
def lstm_step(x_t, h, c, w, u, b):
    # w (4, H, D), u (4, H, H), b (4, H)
    a = torch.einsum("ghd,bd->gbh", w, x_t) + torch.einsum("ghk,bk->gbh", u, h) + b[:, None, :]
    i, f, o = torch.sigmoid(a[:3])
    g = torch.tanh(a[3])
    c = f * c + i * g
    return o * torch.tanh(c), c


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        H = hidden_size
        self.w = nn.ParameterList([nn.Parameter(0.1 * torch.randn(4, H, input_size if k == 0 else H)) for k in range(num_layers)])
        self.u = nn.ParameterList([nn.Parameter(0.1 * torch.randn(4, H, H)) for _ in range(num_layers)])
        self.b = nn.ParameterList([nn.Parameter(torch.zeros(4, H)) for _ in range(num_layers)])
        self.v = nn.Parameter(0.1 * torch.randn(output_size, H))
        self.a = nn.Parameter(torch.zeros(output_size))

    def forward(self, x):
        for w, u, b in zip(self.w, self.u, self.b):
            h = torch.zeros(x.shape[0], u.shape[-1], dtype=x.dtype, device=x.device)
            c = h.clone()
            seq = []
            for t in range(x.shape[1]):
                h, c = lstm_step(x[:, t, :], h, c, w, u, b)
                seq.append(h)
            x = torch.stack(seq, 1)
        return torch.einsum("oh,bh->bo", self.v, x[:, -1]) + self.a


# %% fresh_base_class_buffer | 10 | -
class RecurrentBase(nn.Module):
    def initial(self, batch):
        z = self.zero.expand(self.zero.shape[0], batch, self.zero.shape[2]).contiguous()
        return z, z.clone()

    def last_state(self, x):
        _, state = self.recurrent(x, self.initial(x.shape[0]))
        return state[0][-1]


class TwoLayerLSTM(RecurrentBase):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.register_buffer("zero", torch.zeros(num_layers, 1, hidden_size))
        self.recurrent = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.to_logits = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.to_logits(self.last_state(x))


# %% fresh_raw_torch_lstm | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size: int, hidden_size: int = 256, output_size: int = 2, num_layers: int = 2, **unused) -> None:
        super().__init__()
        self.num_layers, self.hidden_size = num_layers, hidden_size
        self.flat = nn.ParameterList()
        for i in range(num_layers):
            n = input_size if i == 0 else hidden_size
            for shape in ((4 * hidden_size, n), (4 * hidden_size, hidden_size), (4 * hidden_size,), (4 * hidden_size,)):
                self.flat.append(nn.Parameter((torch.rand(shape) * 2 - 1) / hidden_size**0.5))
        self.fc_w = nn.Parameter(torch.randn(hidden_size, output_size) / hidden_size**0.5)
        self.fc_b = nn.Parameter(torch.zeros(output_size))

    def forward(self, x: torch.Tensor, verbose: bool = False) -> torch.Tensor:
        z = torch.zeros((self.num_layers, len(x), self.hidden_size)).to(x)
        out, h, c = torch.lstm(x, (z, z), list(self.flat), True, self.num_layers, 0.0, self.training, False, True)
        if verbose:
            print("h", h.shape)
        return torch.addmm(self.fc_b, h[-1], self.fc_w)


# %% fresh_step_by_step_lstm_calls | 10 | -
import warnings


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        if num_layers != 2:
            warnings.warn("num_layers is not 2??")
        self.l = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.o = nn.Linear(hidden_size, output_size)
        print("model made:", sum(p.numel() for p in self.parameters()), "parameters")

    def forward(self, x):
        s = None
        t = 0
        while t < x.size(1):
            y, s = self.l(x[:, t : t + 1], s)
            t += 1
        y = y.squeeze(1)
        return self.o(y)


# %% fresh_logits_everywhere_then_last | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.小明 = nn.ModuleList([nn.LSTM(input_size, hidden_size, batch_first=True)])
        for _ in range(num_layers - 1):
            self.小明.append(nn.LSTM(hidden_size, hidden_size, batch_first=True))
        self.小红 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for 层 in self.小明:
            x = 层(x)[0]
        所有 = self.小红(x)
        return 所有.select(1, -1)


# %% fresh_zero_head_start | 10 | -
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)
        # start from "I don't know": all classes equally likely
        nn.init.zeros_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


# %% fresh_no_batch_first_out | 7 | batch_time_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.fc(output[:, -1, :])


# %% fresh_no_batch_first_hn | 5 | batch_time_swapped
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, (h_n, c_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% fresh_softmax | 8 | softmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.softmax(self.fc(h_n[-1]))


# %% fresh_relu_on_logits | 8 | activation_on_logits
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm1 = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.lstm2 = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden_size, output_size), nn.ReLU())

    def forward(self, x):
        h, _ = self.lstm1(x)
        h, _ = self.lstm2(h)
        return self.head(h[:, -1])


# %% fresh_bottom_state | 7 | first_layer_state
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(h_n[0])


# %% fresh_cell_state | 7 | cell_state
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, (c_n, h_n) = self.lstm(x)
        return self.fc(h_n[-1])


# %% fresh_mean_pool | 7 | mean_over_time
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.fc(output.mean(dim=1))


# %% fresh_stateful | 8 | state_kept
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)
        self.hidden = None

    def forward(self, x):
        if self.hidden is not None and self.hidden[0].shape[1] != x.shape[0]:
            self.hidden = None
        out, (h, c) = self.lstm(x, self.hidden)
        self.hidden = (h.detach(), c.detach())
        return self.fc(out[:, -1])


# %% fresh_detached_state | 8 | detached
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, (h_n, c_n) = self.lstm(x)
        last = h_n[-1].detach()
        return self.fc(last)


# %% fresh_frozen_bottom | 8 | detached
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.encoder = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.top = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        with torch.no_grad():
            features, _ = self.encoder(x)
        out, _ = self.top(features)
        return self.fc(out[:, -1])


# %% fresh_cpu_state | 8 | device_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.device = torch.device("cpu")
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, dtype=x.dtype, device=self.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, dtype=x.dtype, device=self.device)
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1, :])


# %% fresh_float_cast | 8 | dtype_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = x.float()
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


# %% fresh_hidden_fixed | 7 | hidden_size_ignored
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, 256, 2, batch_first=True)
        self.fc = nn.Linear(256, output_size)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


# %% fresh_out_fixed | 8 | output_size_ignored
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, 2)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


# %% fresh_state_handed_on | 7 | state_handed_on
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm1 = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.lstm2 = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, state = self.lstm1(x)
        out, state = self.lstm2(out, state)
        return self.fc(out[:, -1])


# %% fresh_sigmoid_candidate | 7 | sigmoid_for_tanh
class LSTMLayer(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.wx = nn.Linear(d, 4 * h)
        self.wh = nn.Linear(h, 4 * h, bias=False)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.h)
        c = x.new_zeros(x.size(0), self.h)
        outs = []
        for t in range(x.size(1)):
            i, f, g, o = torch.sigmoid(self.wx(x[:, t]) + self.wh(h)).chunk(4, 1)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outs.append(h)
        return torch.stack(outs, 1)


class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.a = LSTMLayer(input_size, hidden_size)
        self.b = LSTMLayer(hidden_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.b(self.a(x))[:, -1])


# %% fresh_no_tanh_on_cell | 7 | tanh_forgotten
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden_size = hidden_size
        self.g1 = nn.Linear(input_size + hidden_size, 4 * hidden_size)
        self.g2 = nn.Linear(2 * hidden_size, 4 * hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def cell(self, lin, x, h, c):
        i, f, g, o = lin(torch.cat([x, h], dim=-1)).chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * c, c

    def forward(self, x):
        z = x.new_zeros(x.shape[0], self.hidden_size)
        h1, c1, h2, c2 = z, z, z, z
        for t in range(x.shape[1]):
            h1, c1 = self.cell(self.g1, x[:, t], h1, c1)
            h2, c2 = self.cell(self.g2, h1, h2, c2)
        return self.fc(h2)


# %% fresh_shared_layer | 5 | wrong_output
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.num_layers = num_layers
        self.embed = nn.Linear(input_size, hidden_size)
        self.lstm = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = self.embed(x)
        for _ in range(self.num_layers):
            x, _ = self.lstm(x)
        return self.fc(x[:, -1])


# %% fresh_lagging_top | 5 | wrong_output
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.hidden_size = hidden_size
        self.cell1 = nn.LSTMCell(input_size, hidden_size)
        self.cell2 = nn.LSTMCell(hidden_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h1 = c1 = h2 = c2 = x.new_zeros(x.size(0), self.hidden_size)
        for t in range(x.size(1)):
            (h1, c1), (h2, c2) = self.cell1(x[:, t], (h1, c1)), self.cell2(h1, (h2, c2))
        return self.fc(h2)


# %% fresh_python_list | 8 | not_registered
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.layers = []
        for i in range(num_layers):
            self.layers.append(nn.LSTM(input_size if i == 0 else hidden_size, hidden_size, batch_first=True))
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for layer in self.layers:
            x, _ = layer(x)
        return self.fc(x[:, -1, :])


# %% fresh_top_reads_one_step | 7 | one_step_handed_up
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm1 = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.lstm2 = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h1, _) = self.lstm1(x)
        out, _ = self.lstm2(h1[-1].unsqueeze(1))
        return self.fc(out[:, -1])


# %% fresh_last_step_skipped | 7 | step_before_last
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        output, _ = self.lstm(x)
        T = output.shape[1]
        last = output[:, 0]
        for t in range(T - 1):
            last = output[:, t]
        return self.fc(last)


# %% fresh_head_in_forward | 8 | made_in_forward
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.output_size = output_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        fc = nn.Linear(h.shape[-1], self.output_size).to(x)
        return fc(h[-1])


# %% fresh_bidirectional_for_two | 7 | extra_direction, one_layer
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True, bidirectional=(num_layers == 2))
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(h_n[-1])


# %% fresh_both_layers_side_by_side | 7 | all_layers_read
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size * num_layers, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(torch.cat(list(h_n), dim=1))


# %% fresh_default_128 | 7 | wrong_default
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=128, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(h_n[-1])


# %% fresh_random_initial | 5 | random_in_eval
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.num_layers, self.hidden_size = num_layers, hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.randn(self.num_layers, x.size(0), self.hidden_size, device=x.device, dtype=x.dtype)
        c0 = torch.randn(self.num_layers, x.size(0), self.hidden_size, device=x.device, dtype=x.dtype)
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1])


# %% fresh_fixed_batch | 8 | batch_size_fixed
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)
        self.register_buffer("h0", torch.zeros(num_layers, 4, hidden_size))
        self.register_buffer("c0", torch.zeros(num_layers, 4, hidden_size))

    def forward(self, x):
        out, _ = self.lstm(x, (self.h0, self.c0))
        return self.fc(out[:, -1])


# %% fresh_squeeze_logits | 8 | one_row_fails
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        top = h_n[-1:].squeeze()
        return self.fc(top)


# %% fresh_half_head_too_wide | 0 | feature_count
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size * num_layers, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


# %% fresh_half_one_layer_softmax | 5 | one_layer, softmax
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return torch.softmax(self.fc(out[:, -1]), dim=-1)


# %% fresh_half_seq2seq | 5 | every_step
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        # TODO last step?
        return self.fc(out)
