# ruff: noqa
"""Labelled answers to `dropout_gru` by readers of the exercise who had not seen the judge.

Heading of a cell: name | points it deserves, of 10 | the findings that it must get ("-": none).
The points are those of the readers, the findings' names were put to their words afterwards.
"""


# %% fresh_plain | 10 | -
class DropoutGRU(nn.Module):
    """x (B, T, input_size) -> logits (B, output_size)."""

    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h_n = self.gru(x)
        return self.fc(h_n[-1])


# %% fresh_chatbot_to_device | 10 | -
class DropoutGRU(nn.Module):
    """
    GRU classifier with inter-layer dropout.

    Args:
        input_size (int): number of input features
        hidden_size (int): number of hidden units
        output_size (int): number of classes
        num_layers (int): number of stacked GRU layers
        dropout (float): dropout probability between layers
    """

    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super(DropoutGRU, self).__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers

        # GRU layer (dropout is only applied between layers)
        self.gru = nn.GRU(
            input_size,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=dropout if num_layers > 1 else 0.0,
        )

        # Fully connected layer
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        # Initialize hidden state with zeros
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        # Forward propagate GRU
        out, _ = self.gru(x, h0)
        # Decode the hidden state of the last time step
        return self.fc(out[:, -1, :])


# %% fresh_modulelist_and_nn_dropout | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            if i > 0:
                x = self.drop(x)
            x, _ = layer(x)
        return self.out(x[:, -1])


# %% fresh_functional_dropout_flag | 10 | -
import torch.nn.functional as F


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        self.n = num_layers
        for k in range(num_layers):
            setattr(self, f"gru{k}", nn.GRU(input_size if k == 0 else hidden_size, hidden_size))
        self.lin = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        seq = x.transpose(0, 1)
        for k in range(self.n):
            seq, h = getattr(self, f"gru{k}")(seq)
            if k != self.n - 1:
                seq = F.dropout(seq, p=self.p, training=self.training)
        return self.lin(h.squeeze(0))


# %% fresh_grucells_step_by_step | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList([nn.GRUCell(input_size, hidden_size)])
        self.cells.extend(nn.GRUCell(hidden_size, hidden_size) for _ in range(1, num_layers))
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h = [x.new_zeros(x.size(0), self.hidden_size) for _ in self.cells]
        for t in range(x.size(1)):
            inp = x[:, t, :]
            for l, cell in enumerate(self.cells):
                h[l] = cell(inp, h[l])
                inp = self.dropout(h[l])  # only goes up, h[l] itself stays whole
        return self.fc(h[-1])


# %% fresh_hand_gates_pytorch_form | 10 | -
class Lage(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.W = nn.Parameter(torch.randn(d, 3 * h) / (d + h) ** 0.5)
        self.U = nn.Parameter(torch.randn(h, 3 * h) / (d + h) ** 0.5)
        self.bw = nn.Parameter(torch.zeros(3 * h))
        self.bu = nn.Parameter(torch.zeros(3 * h))
        self.h = h

    def forward(self, x):
        s = torch.zeros(x.shape[0], self.h, device=x.device, dtype=x.dtype)
        alle = []
        for t in range(x.shape[1]):
            xn, xz, xr = torch.split(x[:, t] @ self.W + self.bw, self.h, dim=1)
            hn, hz, hr = torch.split(s @ self.U + self.bu, self.h, dim=1)
            z = torch.sigmoid(xz + hz)
            r = torch.sigmoid(xr + hr)
            n = torch.tanh(xn + r * hn)
            s = (1 - z) * n + z * s
            alle.append(s)
        return torch.stack(alle, dim=1)


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        self.lagen = nn.ModuleList(Lage(input_size if k == 0 else hidden_size, hidden_size) for k in range(num_layers))
        self.aus = nn.Linear(hidden_size, output_size)

    def maske(self, x):
        if not self.training or self.p == 0:
            return x
        m = (torch.rand_like(x) >= self.p).to(x.dtype)
        return x * m / (1 - self.p)

    def forward(self, x):
        x = self.lagen[0](x)
        for lage in self.lagen[1:]:
            x = lage(self.maske(x))
        return self.aus(x[:, -1])


# %% fresh_linears_z_other_way | 10 | -
class GRULayer(nn.Module):
    def __init__(self, input_dim, hidden_dim):
        super().__init__()
        self.hidden_dim = hidden_dim
        self.update_x = nn.Linear(input_dim, hidden_dim)
        self.update_h = nn.Linear(hidden_dim, hidden_dim, bias=False)
        self.reset_x = nn.Linear(input_dim, hidden_dim)
        self.reset_h = nn.Linear(hidden_dim, hidden_dim, bias=False)
        self.new_x = nn.Linear(input_dim, hidden_dim)
        self.new_h = nn.Linear(hidden_dim, hidden_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.zeros((x.size(0), self.hidden_dim)).type_as(x)
        hs: list[torch.Tensor] = []
        for x_t in x.unbind(1):
            z = torch.sigmoid(self.update_x(x_t) + self.update_h(h))
            r = torch.sigmoid(self.reset_x(x_t) + self.reset_h(h))
            n = torch.tanh(self.new_x(x_t) + r * self.new_h(h))
            h = h + z * (n - h)
            hs.append(h)
        return torch.stack(hs, dim=1)


class DropoutGRU(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, output_size: int, num_layers: int = 2, dropout: float = 0.3):
        super().__init__()
        blocks: list[nn.Module] = [GRULayer(input_size, hidden_size)]
        for _ in range(num_layers - 1):
            blocks += [nn.Dropout(dropout), GRULayer(hidden_size, hidden_size)]
        self.body = nn.Sequential(*blocks)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x)[:, -1])


# %% fresh_cn_sequential_wrapper | 10 | -
class 只要输出(nn.Module):
    """把 GRU 的输出序列取出来, 丢掉 h_n"""

    def __init__(self, 入, 出):
        super().__init__()
        self.gru = nn.GRU(入, 出, batch_first=True)

    def forward(self, x):
        return self.gru(x)[0]


class 取最后一步(nn.Module):
    def forward(self, x):
        return x[:, -1, :]  # (B, H)


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        # 第一层
        层 = [只要输出(input_size, hidden_size)]
        # 后面的层, 每层之前加 dropout
        for i in range(1, num_layers):
            层.append(nn.Dropout(dropout))
            层.append(只要输出(hidden_size, hidden_size))
        # 输出层
        层.append(取最后一步())
        层.append(nn.Linear(hidden_size, output_size))
        self.net = nn.Sequential(*层)

    def forward(self, x):
        return self.net(x)


# %% fresh_init_orthogonal_buffer | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        assert 0 <= dropout < 1
        assert num_layers >= 1
        self.gru = nn.GRU(input_size, hidden_size, num_layers=num_layers, dropout=dropout, batch_first=True)
        for name, p in self.gru.named_parameters():
            if p.dim() > 1:
                nn.init.orthogonal_(p)
            else:
                nn.init.constant_(p, 0.01)
        self.readout = nn.Linear(hidden_size, output_size)
        nn.init.normal_(self.readout.weight, std=0.5)
        self.register_buffer("h0", torch.zeros(num_layers, 1, hidden_size), persistent=False)
        if num_layers == 1:
            print("only one layer: dropout will not do anything")

    def forward(self, x):
        b = x.shape[0]
        out, hn = self.gru(x, self.h0.repeat(1, b, 1))
        assert hn.shape[1] == b
        return self.readout(hn[-1])


# %% fresh_raw_torch_gru | 10 | -
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.cfg = (num_layers, dropout, hidden_size)
        k = hidden_size**-0.5
        ps = []
        for i in range(num_layers):
            d = hidden_size if i else input_size
            for shape in [(3 * hidden_size, d), (3 * hidden_size, hidden_size), (3 * hidden_size,), (3 * hidden_size,)]:
                ps.append(nn.Parameter(torch.empty(*shape).uniform_(-k, k)))
        self.ps = nn.ParameterList(ps)
        self.o = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        n, p, h = self.cfg
        hx = x.new_zeros(n, x.shape[0], h)
        y, _ = torch.gru(x, hx, [*self.ps], True, n, p, self.training, False, True)
        return self.o(y[:, y.shape[1] - 1])


# %% fresh_subclass_of_gru | 10 | -
class DropoutGRU(nn.GRU):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.logits = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        seq, h = super().forward(x)
        return self.logits(h[self.num_layers - 1])


# %% fresh_bernoulli_functional_params | 10 | -
def gru_layer(x, w, u, b, b_hn):
    """x (B, T, D); w (3, D, H); u (3, H, H); b (3, H); gates r, z, n."""
    H = u.shape[-1]
    pre = torch.einsum("btd,gdh->gbth", x, w) + b[:, None, None]
    h = torch.zeros_like(pre[0, :, 0])
    ys = []
    for t in range(x.shape[1]):
        rec = torch.einsum("bk,gkh->gbh", h, u)
        r = torch.sigmoid(pre[0, :, t] + rec[0])
        z = torch.sigmoid(pre[1, :, t] + rec[1])
        n = torch.tanh(pre[2, :, t] + r * (rec[2] + b_hn))
        h = torch.lerp(n, h, z)
        ys.append(h)
    return torch.stack(ys, 1)


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.keep = 1.0 - dropout
        self.L = num_layers
        for l in range(num_layers):
            d = input_size if l == 0 else hidden_size
            self.register_parameter(f"w{l}", nn.Parameter(torch.randn(3, d, hidden_size) * d**-0.5))
            self.register_parameter(f"u{l}", nn.Parameter(torch.randn(3, hidden_size, hidden_size) * hidden_size**-0.5))
            self.register_parameter(f"b{l}", nn.Parameter(torch.randn(3, hidden_size) * 0.1))
            self.register_parameter(f"c{l}", nn.Parameter(torch.randn(hidden_size) * 0.1))
        self.v = nn.Parameter(torch.randn(hidden_size, output_size) * hidden_size**-0.5)
        self.v0 = nn.Parameter(torch.zeros(output_size))

    def forward(self, x):
        for l in range(self.L):
            if l and self.training:
                x = x * torch.bernoulli(torch.full_like(x, self.keep)) / self.keep
            x = gru_layer(x, *(getattr(self, f"{s}{l}") for s in "wubc"))
        return x[:, -1] @ self.v + self.v0


# %% fresh_textbook_gru | 10 | -
class GRUCellByHand(nn.Module):
    def __init__(self, n_in, n_hid):
        super().__init__()
        self.rz = nn.Linear(n_in + n_hid, 2 * n_hid)
        self.n = nn.Linear(n_in + n_hid, n_hid)

    def forward(self, x, h):
        r, z = torch.sigmoid(self.rz(torch.cat([x, h], 1))).chunk(2, 1)
        n = torch.tanh(self.n(torch.cat([x, r * h], 1)))
        return (1 - z) * h + z * n


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList([GRUCellByHand(hidden_size if i else input_size, hidden_size) for i in range(num_layers)])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        B, T, _ = x.shape
        for i, cell in enumerate(self.cells):
            h = x.new_zeros(B, self.hidden_size)
            seq = []
            for t in range(T):
                h = cell(x[:, t], h)
                seq.append(h)
            x = torch.stack(seq, 1)
            if i + 1 < len(self.cells):
                x = self.drop(x)
        return self.fc(x[:, -1])


# %% fresh_one_layer_with_dropout | 5 | one_layer, dropout_on_one_layer
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers=1, dropout=dropout, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h[-1])


# %% fresh_stack_of_one_layer_dropouts | 7 | no_dropout
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(num_layers):
            self.layers.append(
                nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True, dropout=dropout)
            )
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for layer in self.layers:
            x, h = layer(x)
        return self.fc(h[-1])


# %% fresh_no_batch_first | 8 | batch_time_swapped
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.fc(out[:, -1, :])


# %% fresh_softmax | 8 | softmax
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h = self.gru(x)
        return nn.functional.softmax(self.fc(h[-1]), dim=1)


# %% fresh_log_softmax | 8 | softmax
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, dropout=dropout, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden_size, output_size), nn.LogSoftmax(dim=-1))

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(h[-1])


# %% fresh_fdropout_without_flag | 7 | dropout_in_eval
import torch.nn.functional as F


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.dropout = dropout
        self.grus = nn.ModuleList(
            nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)
        )
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, gru in enumerate(self.grus):
            x, _ = gru(x)
            if i < len(self.grus) - 1:
                x = F.dropout(x, self.dropout)
        return self.fc(x[:, -1])


# %% fresh_fresh_dropout_module | 7 | dropout_in_eval
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        self.first = nn.GRU(input_size, hidden_size, batch_first=True)
        self.others = nn.ModuleList([nn.GRU(hidden_size, hidden_size, batch_first=True) for _ in range(num_layers - 1)])
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x, h = self.first(x)
        for layer in self.others:
            x = nn.Dropout(self.p)(x)
            x, h = layer(x)
        return self.fc(h[0])


# %% fresh_before_head_only | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.gru(x)
        out = self.dropout(out[:, -1, :])
        return self.fc(out)


# %% fresh_between_and_before_head | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(self.dropout(h[-1]))


# %% fresh_on_input | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.GRU(hidden_size if i else input_size, hidden_size, batch_first=True) for i in range(num_layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for layer in self.layers:
            x, _ = layer(self.dropout(x))
        return self.fc(x[:, -1])


# %% fresh_keep_probability | 7 | wrong_p
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        keep_prob = 1 - dropout
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=keep_prob)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h[-1])


# %% fresh_share_fixed | 7 | dropout_argument_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=0.3)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h = self.gru(x)
        return self.fc(h[-1])


# %% fresh_num_layers_fixed | 8 | num_layers_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru1 = nn.GRU(input_size, hidden_size, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.gru2 = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x, _ = self.gru1(x)
        x = self.drop(x)
        x, _ = self.gru2(x)
        return self.fc(x[:, -1])


# %% fresh_one_mask_for_all_steps | 7 | dropout_mask_reused
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.fc = nn.Linear(hidden_size, output_size)

    def locked_dropout(self, x):
        if not self.training or self.p == 0:
            return x
        mask = x.new_empty(x.size(0), 1, x.size(2)).bernoulli_(1 - self.p) / (1 - self.p)
        return x * mask

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            if i > 0:
                x = self.locked_dropout(x)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% fresh_along_too | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList(
            [nn.GRUCell(input_size if i == 0 else hidden_size, hidden_size) for i in range(num_layers)]
        )
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        hs = [x.new_zeros(x.size(0), self.hidden_size) for _ in self.cells]
        for t in range(x.size(1)):
            inp = x[:, t]
            for i, cell in enumerate(self.cells):
                hs[i] = cell(inp, hs[i])
                if i < len(self.cells) - 1:
                    hs[i] = self.dropout(hs[i])
                inp = hs[i]
        return self.fc(hs[-1])


# %% fresh_not_rescaled | 7 | dropout_unscaled
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            if i > 0 and self.training:
                x = x * (torch.rand_like(x) > self.p)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% fresh_stateful | 9 | state_kept
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)
        self.h = None

    def forward(self, x):
        h0 = self.h if self.h is not None and self.h.size(1) == x.size(0) else None
        out, h = self.gru(x, h0)
        self.h = h.detach()
        return self.fc(h[-1])


# %% fresh_cpu_state | 9 | device_fixed
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.shape[0], self.hidden_size, dtype=x.dtype, device="cpu")
        out, _ = self.gru(x, h0)
        return self.fc(out[:, -1])


# %% fresh_float_cast | 9 | dtype_fixed
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        _, h = self.gru(x.float())
        return self.fc(h[-1])


# %% fresh_detached_between | 9 | detached
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            out, h = layer(x)
            x = self.drop(out.detach())
        return self.fc(h[-1])


# %% fresh_frozen_bias | 9 | frozen
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)
        for name, p in self.gru.named_parameters():
            if "bias" in name:
                nn.init.zeros_(p)
                p.requires_grad_(False)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h[-1])


# %% fresh_second_state | 8 | middle_layer_state
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        return self.fc(h_n[1])


# %% fresh_mean_pool | 8 | mean_over_time
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.fc(torch.mean(out, 1))


# %% fresh_reset_gate_forgotten | 8 | wrong_cell
class Cell(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.z = nn.Linear(d + h, h)
        self.n = nn.Linear(d + h, h)

    def forward(self, x, h):
        z = torch.sigmoid(self.z(torch.cat([x, h], dim=1)))
        n = torch.tanh(self.n(torch.cat([x, h], dim=1)))
        return (1 - z) * n + z * h


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList([Cell(input_size if i == 0 else hidden_size, hidden_size) for i in range(num_layers)])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h = [x.new_zeros(x.size(0), self.hidden_size) for _ in self.cells]
        for t in range(x.size(1)):
            inp = x[:, t]
            for i, cell in enumerate(self.cells):
                h[i] = cell(inp, h[i])
                inp = self.drop(h[i])
        return self.fc(h[-1])


# %% fresh_gates_swapped | 2 | cell_not_recognised
class GRULayer(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.wx = nn.Linear(d, 3 * h)
        self.wh = nn.Linear(h, 3 * h)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.h)
        out = []
        for t in range(x.size(1)):
            xr, xz, xn = self.wx(x[:, t]).chunk(3, 1)
            hr, hz, hn = self.wh(h).chunk(3, 1)
            r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            n = torch.tanh(xn + r * hn)
            h = (1 - r) * n + z * h
            out.append(h)
        return torch.stack(out, 1)


class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList([GRULayer(input_size if i == 0 else hidden_size, hidden_size) for i in range(num_layers)])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x if i == 0 else self.drop(x))
        return self.fc(x[:, -1])


# %% fresh_one_layer_too_many | 8 | too_many_layers
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.first = nn.GRU(input_size, hidden_size, batch_first=True)
        self.rest = nn.ModuleList([nn.GRU(hidden_size, hidden_size, batch_first=True) for _ in range(num_layers)])
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x, _ = self.first(x)
        for gru in self.rest:
            x, _ = gru(self.drop(x))
        return self.fc(x[:, -1])


# %% fresh_shared_upper_layers | 8 | weights_shared
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.GRU(input_size, hidden_size, batch_first=True)]
            + [nn.GRU(hidden_size, hidden_size, batch_first=True)] * (num_layers - 1)
        )
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x, _ = self.layers[0](x)
        for layer in self.layers[1:]:
            x, _ = layer(self.drop(x))
        return self.fc(x[:, -1])


# %% fresh_halved_upper_layers | 8 | hidden_size_ignored
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size, hidden_size] + [hidden_size // 2] * (num_layers - 1)
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(sizes[-1], output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x, _ = layer(self.drop(x) if i else x)
        return self.fc(x[:, -1])


# %% fresh_dropout_on_logits | 7 | dropout_wrong_place
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        _, h = self.gru(x)
        return self.dropout(self.fc(h[-1]))


# %% fresh_flag_upside_down | 7 | dropout_in_eval
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.p = dropout
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            if i:
                x = nn.functional.dropout(x, self.p, training=not self.training)
            x, _ = layer(x)
        return self.fc(x[:, -1])


# %% fresh_first_gap_only | 7 | dropout_missing_above
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            if i == 1:
                x = self.drop(x)
            x, h = layer(x)
        return self.fc(h[-1])


# %% fresh_whole_steps_dropped | 7 | dropout_mask_reused
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.GRU(input_size if i == 0 else hidden_size, hidden_size, batch_first=True) for i in range(num_layers)]
        )
        self.drop = nn.Dropout1d(dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x, _ = layer(self.drop(x) if i else x)
        return self.fc(x[:, -1])


# %% fresh_half_not_returned | 0 | not_a_tensor
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.gru(x)
        # h_n (num_layers, B, H)


# %% fresh_half_unpacks_as_lstm | 0 | unpacked_as_lstm
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.gru(x)
        return self.fc(h_n[-1])


# %% fresh_half_one_layer_no_dropout_mean | 3 | one_layer, dropout_on_one_layer, mean_over_time
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.fc(out.mean(1))
