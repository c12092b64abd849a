# ruff: noqa
"""Labelled answers to the turn `rnn_layer`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right). The stub gives the constructor.
"""


class Given(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        D, H = input_size, hidden_size
        k = 1 / math.sqrt(H)
        self.weight_ih_l0 = nn.Parameter(torch.empty(H, D).uniform_(-k, k))
        self.weight_hh_l0 = nn.Parameter(torch.empty(H, H).uniform_(-k, k))
        self.bias_ih_l0 = nn.Parameter(torch.empty(H).uniform_(-k, k))
        self.bias_hh_l0 = nn.Parameter(torch.empty(H).uniform_(-k, k))


# %% the course's own | -
class MyRNNLayer(Given):
    def forward(self, x):
        B, T, D = x.shape
        h = x.new_zeros(B, self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(T):
            from_input = x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0
            from_past = h @ self.weight_hh_l0.T + self.bias_hh_l0
            h = torch.tanh(from_input + from_past)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]


# %% F.linear | -
class MyRNNLayer(Given):
    def forward(self, x):
        h = torch.zeros(x.size(0), self.weight_hh_l0.size(0), device=x.device, dtype=x.dtype)
        hs = []
        for x_t in x.unbind(dim=1):
            h = (F.linear(x_t, self.weight_ih_l0, self.bias_ih_l0) + F.linear(h, self.weight_hh_l0, self.bias_hh_l0)).tanh()
            hs.append(h.unsqueeze(1))
        return torch.cat(hs, dim=1), h.unsqueeze(0)


# %% the input's product outside the loop | -
class MyRNNLayer(Given):
    def forward(self, x):
        a = x @ self.weight_ih_l0.t() + self.bias_ih_l0 + self.bias_hh_l0
        outputs, h = [], torch.zeros_like(a[:, 0])
        for t in range(x.shape[1]):
            h = torch.tanh(a[:, t] + h @ self.weight_hh_l0.t())
            outputs += [h]
        outputs = torch.stack(outputs, 1)
        return outputs, outputs[:, -1].unsqueeze(0)


# %% the state on the CPU | wrong_device
class MyRNNLayer(Given):
    def forward(self, x):
        h, outputs = torch.zeros(len(x), len(self.bias_hh_l0)).to(x.dtype), []
        for x_t in x.unbind(1):
            h = torch.tanh(x_t @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, 1), h[None]


# %% no loop | forgets
class MyRNNLayer(Given):
    def forward(self, x):
        h0 = x.new_zeros(len(x), 1, self.weight_hh_l0.shape[0])
        out = torch.tanh(x @ self.weight_ih_l0.T + self.bias_ih_l0 + h0 @ self.weight_hh_l0.T + self.bias_hh_l0)
        return out, out[:, -1][None]


# %% the state is never replaced | forgets
class MyRNNLayer(Given):
    def forward(self, x):
        h0 = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h0 @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]


# %% not transposed | transposed
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0 + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]


# %% stacked along the wrong axis | time_first
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs), h[None]


# %% the last state without its axis | no_layer_axis
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h


# %% one bias | one_bias
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]


# %% no tanh | not_squashed
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]


# %% only the outputs | wrong_output
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, dim=1)


# %% time and batch confused | raises
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for x_t in x:
            h = torch.tanh(x_t @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]


# %% torch's own inside | wrong_names
class MyRNNLayer(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, batch_first=True)

    def forward(self, x):
        return self.rnn(x)


# %% torch's own cell function | shortcut
class MyRNNLayer(Given):
    def forward(self, x):
        h, outputs = x.new_zeros(len(x), self.weight_hh_l0.shape[0]), []
        for x_t in x.unbind(1):
            h = torch.rnn_tanh_cell(x_t, h, self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs, 1), h[None]


# %% no return | returns_nothing
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        outputs = torch.stack(outputs, dim=1)


# %% a function | not_a_class
def my_rnn_layer(x, h):
    return h


# %% only the last output | last_only
class MyRNNLayer(Given):
    def forward(self, x):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0])
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            output = h.unsqueeze(1)
        return output, h[None]


# %% a reader's attempt 1 | raises
class MyRNNLayer(nn.Module):
    """x (B, T, D) -> all hidden states (B, T, H), the last one (1, B, H)."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        D, H = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.randn(H, D) / math.sqrt(H))
        self.weight_hh_l0 = nn.Parameter(torch.randn(H, H) / math.sqrt(H))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(H))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(H))

    def forward(self, x):
        B, T, D = x.shape
        h = x.new_zeros(B, self.hidden_size)
        states = []
        for t in range(T):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            states.append(h)
        return torch.stack(states, dim=1), h[None]


# %% a reader's attempt 2 | -
class MyRNNLayer(nn.Module):
    """x (B, T, D) -> all hidden states (B, T, H), the last one (1, B, H)."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        D, H = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.randn(H, D) / math.sqrt(H))
        self.weight_hh_l0 = nn.Parameter(torch.randn(H, H) / math.sqrt(H))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(H))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(H))

    def forward(self, x):
        B, T, D = x.shape
        h = x.new_zeros(B, len(self.bias_hh_l0))
        states = []
        for t in range(T):
            h = torch.tanh(x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            states.append(h)
        return torch.stack(states, dim=1), h[None]
