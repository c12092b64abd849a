"""What sequence classifiers get wrong in training mode and in use: dropout, batch norm, behaviour."""

from helpers.checks.findings.row import Row

ROWS = (
    # --- dropout
    Row(
        "no_dropout",
        ("dropout",),
        "nothing is dropped in training",
        "dropout {place}, active in training mode",
    ),
    Row(
        "dropout_same_each_call",
        ("dropout",),
        "the same units are dropped in every call",
        "a new random choice in each call in training mode",
        "torch.manual_seed or a generator seeded in forward, or a mask that is made once and kept",
    ),
    Row(
        "dropout_on_one_layer",
        ("dropout",),
        "with one layer there is no place for the dropout",
        "dropout between two layers",
        "nn.GRU(..., num_layers=1, dropout=p) drops nothing: it drops between its layers",
    ),
    Row(
        "dropout_in_eval",
        ("dropout",),
        "dropout is active in eval mode",
        "the same input gives the same logits after model.eval()",
        "F.dropout needs training=self.training; a mask of your own needs `if self.training`",
    ),
    Row(
        "dropout_wrong_place", ("dropout",), "dropout in the wrong place", "dropout {place}, and nowhere else"
    ),
    Row(
        "dropout_unscaled",
        ("dropout",),
        "what is kept is not scaled up",
        "what is kept is divided by 1 - p, so that sums keep their expected size",
        "y * mask / (1 - p)",
    ),
    Row(
        "dropout_mask_reused",
        ("dropout",),
        "one random choice serves several places",
        "each unit of each sequence at each step is dropped on its own",
        "a mask with an axis of length 1, which serves the whole axis; nn.Dropout1d drops whole rows",
    ),
    Row(
        "wrong_p",
        ("dropout",),
        "the wrong share is dropped",
        "{p:.2f} of the units dropped for dropout={p:.2f}",
        "dropout is the probability to drop, not to keep, and it is applied once",
    ),
    Row(
        "dropout_missing_above",
        ("dropout",),
        "dropout is missing between some of the layers",
        "dropout between each layer and the next",
    ),
    Row(
        "dropout_argument_ignored",
        ("dropout",),
        "the argument dropout changes nothing",
        "{p:.2f} of the units dropped for dropout={p:.2f}",
        "a number stands where the argument dropout belongs",
    ),
    Row(
        "dropout_unclear",
        ("dropout",),
        "something random happens in training that is no dropout of the usual kind",
        "dropout {place}, and nowhere else",
    ),
    Row(
        "dropout_not_asked",
        ("behaviour",),
        "something is random in training",
        "no dropout: it was not asked for here",
    ),
    # --- batch norm
    Row(
        "no_batch_norm",
        ("norm",),
        "there is no batch norm between the final states and the output layer",
        "nn.BatchNorm1d over the 2 * hidden_size features",
        "it is missing, or made in __init__ and not called in forward",
    ),
    Row(
        "norm_after_output",
        ("norm",),
        "batch norm stands behind the output layer",
        "final states → batch norm → output layer",
    ),
    Row(
        "norm_on_input",
        ("norm",),
        "batch norm stands before the recurrent layer",
        "final states → batch norm → output layer",
    ),
    Row(
        "norm_over_time",
        ("norm",),
        "batch norm counts every time step",
        "mean and variance over the batch of final states",
        "normalise after the final states are picked, not the whole sequence",
    ),
    Row(
        "layer_norm",
        ("norm",),
        "each sequence is normalised on its own, over its features",
        "each feature is normalised over the batch",
        "nn.BatchNorm1d, not nn.LayerNorm; the mean goes over dim 0",
    ),
    Row(
        "batch_statistics_in_eval",
        ("norm",),
        "batch statistics are used in eval mode",
        "the running mean and variance in eval mode, so that a sequence's logits do not depend on its batch",
        "track_running_stats=False, or F.batch_norm with training=True",
    ),
    Row(
        "unbiased_variance",
        ("norm",),
        "in training the batch's variance is divided by B - 1",
        "the mean of the squared distances, divided by B, as nn.BatchNorm1d does it in training",
        "x.var(0) divides by B - 1, x.var(0, unbiased=False) by B; in the running variance either will do",
    ),
    Row(
        "norm_shared",
        ("norm",),
        "one batch norm serves both directions",
        "a mean and a variance for each of the 2 * hidden_size features",
        "one module is called twice: take nn.BatchNorm1d(2 * hidden_size), or one nn.BatchNorm1d a direction",
    ),
    Row(
        "running_statistics_in_training",
        ("norm",),
        "running statistics are used in training",
        "the batch's own mean and variance in training mode",
        "the batch norm was put into eval mode",
    ),
    Row(
        "running_statistics_stand_still",
        ("norm",),
        "the running statistics never change",
        "each training batch moves the running mean and variance",
    ),
    Row(
        "running_statistics_wrong",
        ("norm",),
        "the running statistics are not those of the training batches",
        "each training batch moves the running mean and variance a part of the way towards its own",
        "new = (1 - momentum) * old + momentum * batch, for the mean and for the variance",
    ),
    Row(
        "one_mean_for_all",
        ("norm",),
        "one mean and one variance serve all features",
        "a mean and a variance for each of the 2 * hidden_size features",
        "nn.BatchNorm1d(2 * hidden_size) on (B, 2 * hidden_size)",
    ),
    Row(
        "wrong_in_training",
        ("norm",),
        "in training mode the logits are not those that these weights should give",
        "final states → batch norm with the batch's statistics → output layer",
    ),
    # --- behaviour
    Row(
        "state_kept",
        ("behaviour",),
        "a state is kept from call to call",
        "the same input gives the same logits again",
        "the hidden state is stored in self: start each call from zeros",
    ),
    Row(
        "random_in_eval",
        ("output", "behaviour"),
        "the same input gives other logits each time, in eval mode",
        "zero initial states, nothing random: without that nothing else can be compared",
        "torch.randn for an initial state, or a dropout that is always active",
    ),
    Row(
        "made_in_forward",
        ("dropout", "norm", "behaviour"),
        "a layer with weights is made in forward",
        "all layers are made in __init__: an optimizer trains those that it was given",
        "in forward a new layer with other random weights is made in every call",
    ),
    Row(
        "not_registered",
        ("behaviour",),
        "PyTorch does not see some of the weights: no optimizer trains them, .to(device) leaves them behind",
        "every layer and weight among model.parameters()",
        "layers belong in nn.ModuleList, not in a plain list; weights in nn.Parameter",
    ),
    Row(
        "frozen",
        ("behaviour",),
        "some weights cannot learn",
        "every parameter has requires_grad=True",
        "requires_grad was switched off",
    ),
    Row(
        "detached",
        ("behaviour",),
        "no gradient reaches some of the weights, so they never learn",
        "gradients for every weight, and back to the input",
        ".detach(), .data or torch.no_grad() on the way from the input to the logits",
    ),
    Row(
        "wrong_gradient",
        ("behaviour",),
        "the gradients are not those of this computation",
        "gradients as autograd gives them for these logits",
        ".detach() or torch.no_grad() on a part of the way",
    ),
    Row(
        "device_fixed",
        ("behaviour",),
        "a tensor is always made on the CPU",
        'the model runs wherever its input is (tried on "meta", PyTorch\'s stand-in for a device)',
        "torch.zeros(...) without device: x.new_zeros(...) takes device and dtype from x",
    ),
    Row("dtype_fixed", ("behaviour",), "the code {does} only", "{wants}", "{how}"),
    Row(
        "loop_over_batch",
        ("behaviour",),
        "the sequences of a batch are computed one after the other",
        "the whole batch at once: the number of operations does not grow with the batch",
        "a Python loop over the batch; on a GPU it is as many times slower as the batch is large",
    ),
    Row(
        "one_row_fails",
        ("behaviour",),
        "a batch of one sequence does not work",
        "logits of shape {shape}",
        "squeeze() without an axis removes the batch axis too",
    ),
    Row(
        "one_row_differs",
        ("behaviour",),
        "one sequence alone gets other logits than in a batch",
        "in eval mode, logits that depend on their own sequence alone, however many there are",
        "an `if` on the batch size: in eval mode what is right for many rows is right for one",
    ),
    Row(
        "one_step_differs",
        ("behaviour",),
        "sequences of one step get logits that these weights should not give",
        "the same computation for any number of steps",
    ),
    Row(
        "longer_differs",
        ("behaviour",),
        "longer sequences get logits that these weights should not give",
        "the same computation for any number of steps",
        "a number of steps is written into the code",
    ),
    Row(
        "divides_by_zero",
        ("behaviour",),
        "a batch in which a feature does not vary gives nan or inf in training",
        "finite logits for any batch of two sequences or more",
        "batch norm divides by sqrt(variance + eps): eps is missing, or has the wrong sign",
    ),
    Row("one_step_fails", ("behaviour",), "sequences of one step do not work", "logits of shape {shape}"),
)

# Costs nothing: it is the line of many textbooks, and does no harm in float32.
DEFAULT_DTYPE = (
    "a tensor is made in PyTorch's default type, say by torch.zeros(...) without dtype: the model stops with "
    "an error once .double() turns it to float64. x.new_zeros(...) takes type and device from x"
)
