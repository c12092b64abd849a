"""What a student reads of each finding: title, what is expected, what is likely.

`{...}` is filled in by the judge. Each finding is named once, here; a test reads them all.
"""

EVERYTHING = ("*",)  # costs every item of the exercise

# name: (the items that it costs, title, expected, likely)
MODEL: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    # --- nothing to judge
    "no_answer": (
        EVERYTHING,
        "there is no answer yet",
        "your code in place of the line that raises NotImplementedError",
        "",
    ),
    "not_a_module": (EVERYTHING, "this is not a model class", "a class derived from nn.Module", ""),
    "raises": (EVERYTHING, "the code stops with an error", "{call} runs", "{how}"),
    "not_a_tensor": (
        EVERYTHING,
        "forward does not return a tensor",
        "one tensor of logits, shape {shape}",
        "the hidden state is returned along with the logits, or the return line is missing",
    ),
    "feature_count": (
        EVERYTHING,
        "two layers do not fit together: wrong number of features",
        "each layer takes as many features as the one below it gives",
        "{how}",
    ),
    "arguments_swapped": (
        EVERYTHING,
        "input_size and hidden_size are swapped",
        "a recurrent layer that takes input_size features and gives hidden_size",
        "input_size comes first: {how}",
    ),
    "head_swapped": (
        EVERYTHING,
        "the sizes of the output layer are swapped",
        "an output layer that takes the features and gives the logits",
        "what goes in comes first: nn.Linear({how}, {output})",
    ),
    "batch_size_fixed": (
        ("behaviour",),
        "the code works for one batch size only",
        "any number of sequences in a batch",
        "an initial state with a batch size written into it: make it in forward, from x.size(0)",
    ),
    "not_finite": (
        EVERYTHING,
        "the logits are not numbers",
        "finite logits",
        "a division by zero, the logarithm of 0, or memory that was never filled (torch.empty)",
    ),
    "constant": (
        EVERYTHING,
        "the output does not depend on the input",
        "logits that move when the sequence changes",
        "the recurrent layer's result is never used",
    ),
    "argmax": (
        ("logits", "output", "behaviour"),
        "whole numbers come out: classes, not logits",
        "raw logits, one for each class, shape {shape}",
        "argmax, a comparison or round() stands at the end: nn.CrossEntropyLoss needs the logits, and no "
        "gradient passes through whole numbers",
    ),
    # --- logits
    "every_step": (
        ("logits", "output"),
        "there are logits for every time step",
        "one row of logits for each sequence, shape {shape}",
        "the output layer got the whole sequence: give it {read} only",
    ),
    "no_head": (
        ("logits", "output"),
        "the output layer is not used",
        "logits of shape {shape}",
        "forward returns the features that should go through the last linear layer",
    ),
    "output_size_ignored": (
        ("logits",),
        "the number of outputs is not the one asked for",
        "{outputs} logits for each sequence",
        "a number stands where the argument for the output size belongs",
    ),
    "wrong_shape": (("logits",), "the output has the wrong shape", "logits of shape {shape}", ""),
    "softmax": (
        ("logits",),
        "the output is not logits any more: {what} was applied to them",
        "the output layer's result as it is",
        "nn.CrossEntropyLoss applies log-softmax itself; applied twice, the loss cannot become small",
    ),
    "activation_on_logits": (
        ("logits",),
        "an activation ({what}) stands behind the output layer",
        "the output layer's result as it is: logits may have any sign and size",
        "",
    ),
    # --- layers
    "one_layer": (
        ("layers",),
        "one layer where {asked} were asked for",
        "{layers}, one on top of the other",
        "num_layers is not handed on to the recurrent layer (its default is 1)",
    ),
    "too_many_layers": (
        ("layers",),
        "more layers than asked for",
        "{layers}",
        "num_layers already counts the first layer",
    ),
    "num_layers_ignored": (
        ("layers",),
        "the argument num_layers changes nothing",
        "{layers} for num_layers={asked}",
        "a number stands where num_layers belongs, or it is not handed on",
    ),
    "num_layers_fails": (
        ("layers",),
        "with another number of layers the code stops with an error",
        "{layers} for num_layers={asked}",
        "something is written for one number of layers only",
    ),
    "hidden_size_ignored": (
        ("layers",),
        "the hidden state does not have the width asked for",
        "{hidden} hidden units for hidden_size={hidden}",
        "a number stands where hidden_size belongs",
    ),
    "wrong_cell": (
        ("layers",),
        "another kind of recurrent layer",
        "{cell} layers",
        "",
    ),
    "wrong_nonlinearity": (
        ("layers",),
        "the recurrence uses relu",
        "tanh, which is nn.RNN's default",
        "",
    ),
    "extra_direction": (
        ("layers",),
        "the network reads in both directions",
        "one direction: from the first step to the last",
        "bidirectional=True was not asked for here",
    ),
    "unidirectional": (
        ("layers", "output"),
        "the network reads in one direction only",
        "two directions: one from the first step to the last, one from the last to the first",
        "bidirectional=True is missing; or the second network got the sequence without x.flip(1)",
    ),
    "wrong_default": (
        ("layers",),
        "a default value of the arguments was changed",
        "{expected}",
        "the first lines of the class should stay as they were given",
    ),
    "weights_shared": (
        ("layers",),
        "one set of weights serves in two places",
        "each layer, and each direction, has weights of its own",
        "one module is called twice; [layer] * n makes a list of n times the same module",
    ),
    "state_handed_on": (
        ("layers",),
        "a layer starts from the final state of the layer below",
        "each layer starts from zeros: only the sequence of hidden states goes up",
        "the state that one module returned was handed to the next one",
    ),
    "one_step_handed_up": (
        ("layers",),
        "a layer reads one step only: the last hidden state of the layer below",
        "each layer reads the whole sequence of hidden states of the layer below, (B, T, H)",
        "the first of the two things that a recurrent module returns is the sequence",
    ),
    "tanh_forgotten": (
        ("layers",),
        "the hidden state of your LSTM cell lacks its tanh",
        "h = o * tanh(c)",
        "h = o * c",
    ),
    "sigmoid_for_tanh": (
        ("layers",),
        "the candidate of your LSTM cell goes through a sigmoid",
        "g = tanh(...), while i, f and o are sigmoids: only so can the cell state also decrease",
        "",
    ),
    "not_flipped_back": (
        ("layers",),
        "between the layers the two directions are out of step",
        "at each step, the forward and the backward state of that same step side by side",
        "the backward network read x.flip(1), so its outputs must be flipped back before they are joined",
    ),
    "wrong_axis_flipped": (
        ("layers",),
        "the second direction's input is flipped along the wrong axis",
        "the steps in reverse order: x.flip(1) for x of shape (B, T, D)",
        "flip(0) turns the batch round, flip(-1) the features",
    ),
    "no_recurrence": (
        ("layers", "output", "dropout", "norm", "behaviour"),
        "no hidden state is carried from step to step",
        "a hidden state that takes in every step, one after another, up to the end",
        "there is no recurrent layer between the input and the output",
    ),
    "cell_not_recognised": (
        (),
        "these weights do not act as those of {a_cell}: not verified weight by weight",
        "{a_cell} in any of the usual forms (all orders of the gates, one bias or two, one matrix or many)",
        "a sign, an activation or a gate in your cell differs; compare it with the equations of Chapter 1. "
        "If you are sure that it is right, ask your instructor to look at it",
    ),
    # --- what is read
    "batch_time_swapped": (
        ("output",),
        "batch and time are swapped: sequences see one another",
        "axis 0 of x counts sequences, axis 1 time steps",
        "batch_first=True is missing; or x.reshape was used where x.transpose is meant",
    ),
    "first_step": (
        ("output",),
        "the output layer reads the first step",
        "the hidden state after the last step",
        "index 0 on the time axis; the last step is [:, -1]",
    ),
    "step_before_last": (
        ("output",),
        "the output layer reads the step before the last",
        "the hidden state after the last step",
        "index -2 on the time axis; the last step is [:, -1]",
    ),
    "mean_over_time": (("output",), "the output layer reads the mean over all steps", "{read}", ""),
    "sum_over_time": (("output",), "the output layer reads the sum over all steps", "{read}", ""),
    "max_over_time": (("output",), "the output layer reads the maximum over all steps", "{read}", ""),
    "first_layer_state": (
        ("output",),
        "the output layer reads the bottom layer, so the layers above change nothing",
        "{read}",
        "h_n lists the layers from bottom to top: {top}",
    ),
    "middle_layer_state": (
        ("output",),
        "the output layer reads a layer in the middle, so the layers above change nothing",
        "{read}, however many layers there are",
        "h_n[1] is the top one of two layers only: h_n[-1] always is",
    ),
    "layers_taken_for_directions": (
        ("output",),
        "states of two layers stand side by side in place of the two directions",
        "the two final states of the top layer",
        "h_n counts the layers first: h_n.view(num_layers, 2, B, H)[-1], or h_n[-2] and h_n[-1]",
    ),
    "unpacked_as_lstm": (
        EVERYTHING,
        "the state is taken apart as if it were that of an LSTM",
        "one row of logits for each sequence",
        "nn.GRU and nn.RNN return output, h_n. In `output, (h_n, c_n) = ...` h_n is cut along its layers",
    ),
    "sequences_see_one_another": (
        ("output",),
        "the sequences of a batch see one another",
        "in eval mode, logits that depend on their own sequence alone",
        "batch_first=True is missing, reshape stands where transpose is meant, or something is computed over "
        "the batch axis",
    ),
    "last_sequence": (
        ("logits", "output"),
        "the last sequence of the batch is read, at all of its steps",
        "{read}, for every sequence",
        "out[-1] is the last sequence, out[:, -1] the last step of each: with batch_first=True axis 0 counts "
        "sequences",
    ),
    "every_layer": (
        ("logits", "output"),
        "there are logits for every layer",
        "one row of logits for each sequence, shape {shape}",
        "the output layer got all of h_n: give it {read} only",
    ),
    "along_the_batch": (
        ("logits", "output"),
        "the two final states stand one below the other, along the batch",
        "the two final states side by side, 2 * hidden_size features for each sequence",
        "concatenate along dim=1: torch.cat([h_n[-2], h_n[-1]], dim=1)",
    ),
    "all_layers_read": (
        ("output",),
        "the output layer reads the states of all layers",
        "{read}, and nothing else",
        "h_n lists the layers from bottom to top: {top}",
    ),
    "cell_state": (
        ("output",),
        "the output layer reads the cell state c_n",
        "the hidden state h_n",
        "nn.LSTM returns output, (h_n, c_n): the hidden state comes first",
    ),
    "last_step_of_both": (
        ("output",),
        "the last step of the bidirectional output is read: its backward half has seen one step only",
        "the forward direction's state after the last step, the backward direction's after the first",
        "out[:, -1] is final for the forward half alone; torch.cat([h_n[-2], h_n[-1]], dim=1) has both",
    ),
    "first_step_of_both": (
        ("output",),
        "the first step of the bidirectional output is read: its forward half has seen one step only",
        "the forward direction's state after the last step, the backward direction's after the first",
        "out[:, 0] is final for the backward half alone; torch.cat([h_n[-2], h_n[-1]], dim=1) has both",
    ),
    "wrong_ends": (
        ("output",),
        "each direction is read where it begins, after one step",
        "the forward direction's state after the last step, the backward direction's after the first",
        "0 and -1 changed places",
    ),
    "one_direction_read": (
        ("output",),
        "only one direction reaches the output",
        "the final states of both directions, side by side",
        "h_n[-2] is the forward state of the top layer, h_n[-1] the backward one",
    ),
    "directions_summed": (
        ("output",),
        "the two directions are added up",
        "the two final states side by side, 2 * hidden_size features",
        "torch.cat([h_n[-2], h_n[-1]], dim=1)",
    ),
    "samples_mixed": (
        ("output",),
        "states of different sequences stand in one row",
        "in each row the two final states of the same sequence",
        "h_n has shape (directions, B, H): reshape does not bring B to the front, torch.cat along dim=1 does",
    ),
    "activation_before_head": (
        ("output",),
        "an activation ({what}) stands before the output layer",
        "the features go into the output layer as they are",
        "",
    ),
    "norm_not_asked": (("output",), "there is a normalisation that was not asked for", "none", ""),
    "wrong_output": (
        ("output",),
        "the logits are not those that these weights should give",
        "{read}, through one linear layer, and nothing else",
        "",
    ),
    # --- dropout
    "no_dropout": (
        ("dropout",),
        "nothing is dropped in training",
        "dropout {place}, active in training mode",
        "",
    ),
    "dropout_same_each_call": (
        ("dropout",),
        "the same units are dropped in every call",
        "a new random choice in each call in training mode",
        "torch.manual_seed or a generator seeded in forward, or a mask that is made once and kept",
    ),
    "dropout_on_one_layer": (
        ("dropout",),
        "with one layer there is no place for the dropout",
        "dropout between two layers",
        "nn.GRU(..., num_layers=1, dropout=p) drops nothing: it drops between its layers",
    ),
    "dropout_in_eval": (
        ("dropout",),
        "dropout is active in eval mode",
        "the same input gives the same logits after model.eval()",
        "F.dropout needs training=self.training; a mask of your own needs `if self.training`",
    ),
    "dropout_wrong_place": (
        ("dropout",),
        "dropout in the wrong place",
        "dropout {place}, and nowhere else",
        "",
    ),
    "dropout_unscaled": (
        ("dropout",),
        "what is kept is not scaled up",
        "what is kept is divided by 1 - p, so that sums keep their expected size",
        "y * mask / (1 - p)",
    ),
    "dropout_mask_reused": (
        ("dropout",),
        "one random choice serves several places",
        "each unit of each sequence at each step is dropped on its own",
        "a mask with an axis of length 1, which serves the whole axis; nn.Dropout1d drops whole rows",
    ),
    "wrong_p": (
        ("dropout",),
        "the wrong share is dropped",
        "{p:.2f} of the units dropped for dropout={p:.2f}",
        "dropout is the probability to drop, not to keep, and it is applied once",
    ),
    "dropout_missing_above": (
        ("dropout",),
        "dropout is missing between some of the layers",
        "dropout between each layer and the next",
        "",
    ),
    "dropout_argument_ignored": (
        ("dropout",),
        "the argument dropout changes nothing",
        "{p:.2f} of the units dropped for dropout={p:.2f}",
        "a number stands where the argument dropout belongs",
    ),
    "dropout_unclear": (
        ("dropout",),
        "something random happens in training that is no dropout of the usual kind",
        "dropout {place}, and nowhere else",
        "",
    ),
    "dropout_not_asked": (
        ("behaviour",),
        "something is random in training",
        "no dropout: it was not asked for here",
        "",
    ),
    # --- batch norm
    "no_batch_norm": (
        ("norm",),
        "there is no batch norm between the final states and the output layer",
        "nn.BatchNorm1d over the 2 * hidden_size features",
        "it is missing, or made in __init__ and not called in forward",
    ),
    "norm_after_output": (
        ("norm",),
        "batch norm stands behind the output layer",
        "final states → batch norm → output layer",
        "",
    ),
    "norm_on_input": (
        ("norm",),
        "batch norm stands before the recurrent layer",
        "final states → batch norm → output layer",
        "",
    ),
    "norm_over_time": (
        ("norm",),
        "batch norm counts every time step",
        "mean and variance over the batch of final states",
        "normalise after the final states are picked, not the whole sequence",
    ),
    "layer_norm": (
        ("norm",),
        "each sequence is normalised on its own, over its features",
        "each feature is normalised over the batch",
        "nn.BatchNorm1d, not nn.LayerNorm; the mean goes over dim 0",
    ),
    "batch_statistics_in_eval": (
        ("norm",),
        "batch statistics are used in eval mode",
        "the running mean and variance in eval mode, so that a sequence's logits do not depend on its batch",
        "track_running_stats=False, or F.batch_norm with training=True",
    ),
    "unbiased_variance": (
        ("norm",),
        "in training the batch's variance is divided by B - 1",
        "the mean of the squared distances, divided by B, as nn.BatchNorm1d does it in training",
        "x.var(0) divides by B - 1, x.var(0, unbiased=False) by B; in the running variance either will do",
    ),
    "norm_shared": (
        ("norm",),
        "one batch norm serves both directions",
        "a mean and a variance for each of the 2 * hidden_size features",
        "one module is called twice: take nn.BatchNorm1d(2 * hidden_size), or one nn.BatchNorm1d a direction",
    ),
    "running_statistics_in_training": (
        ("norm",),
        "running statistics are used in training",
        "the batch's own mean and variance in training mode",
        "the batch norm was put into eval mode",
    ),
    "running_statistics_stand_still": (
        ("norm",),
        "the running statistics never change",
        "each training batch moves the running mean and variance",
        "",
    ),
    "running_statistics_wrong": (
        ("norm",),
        "the running statistics are not those of the training batches",
        "each training batch moves the running mean and variance a part of the way towards its own",
        "new = (1 - momentum) * old + momentum * batch, for the mean and for the variance",
    ),
    "one_mean_for_all": (
        ("norm",),
        "one mean and one variance serve all features",
        "a mean and a variance for each of the 2 * hidden_size features",
        "nn.BatchNorm1d(2 * hidden_size) on (B, 2 * hidden_size)",
    ),
    "wrong_in_training": (
        ("norm",),
        "in training mode the logits are not those that these weights should give",
        "final states → batch norm with the batch's statistics → output layer",
        "",
    ),
    # --- behaviour
    "state_kept": (
        ("behaviour",),
        "a state is kept from call to call",
        "the same input gives the same logits again",
        "the hidden state is stored in self: start each call from zeros",
    ),
    "random_in_eval": (
        ("output", "behaviour"),
        "the same input gives other logits each time, in eval mode",
        "zero initial states, nothing random: without that nothing else can be compared",
        "torch.randn for an initial state, or a dropout that is always active",
    ),
    "made_in_forward": (
        ("dropout", "norm", "behaviour"),
        "a layer with weights is made in forward",
        "all layers are made in __init__: an optimizer trains those that it was given",
        "in forward a new layer with other random weights is made in every call",
    ),
    "not_registered": (
        ("behaviour",),
        "PyTorch does not see some of the weights: no optimizer trains them, .to(device) leaves them behind",
        "every layer and weight among model.parameters()",
        "layers belong in nn.ModuleList, not in a plain list; weights in nn.Parameter",
    ),
    "frozen": (
        ("behaviour",),
        "some weights cannot learn",
        "every parameter has requires_grad=True",
        "requires_grad was switched off",
    ),
    "detached": (
        ("behaviour",),
        "no gradient reaches some of the weights, so they never learn",
        "gradients for every weight, and back to the input",
        ".detach(), .data or torch.no_grad() on the way from the input to the logits",
    ),
    "wrong_gradient": (
        ("behaviour",),
        "the gradients are not those of this computation",
        "gradients as autograd gives them for these logits",
        ".detach() or torch.no_grad() on a part of the way",
    ),
    "device_fixed": (
        ("behaviour",),
        "a tensor is always made on the CPU",
        'the model runs wherever its input is (tried on "meta", PyTorch\'s stand-in for a device)',
        "torch.zeros(...) without device: x.new_zeros(...) takes device and dtype from x",
    ),
    "dtype_fixed": (("behaviour",), "the code {does} only", "{wants}", "{how}"),
    "loop_over_batch": (
        ("behaviour",),
        "the sequences of a batch are computed one after the other",
        "the whole batch at once: the number of operations does not grow with the batch",
        "a Python loop over the batch; on a GPU it is as many times slower as the batch is large",
    ),
    "one_row_fails": (
        ("behaviour",),
        "a batch of one sequence does not work",
        "logits of shape {shape}",
        "squeeze() without an axis removes the batch axis too",
    ),
    "one_row_differs": (
        ("behaviour",),
        "one sequence alone gets other logits than in a batch",
        "in eval mode, logits that depend on their own sequence alone, however many there are",
        "an `if` on the batch size: batch norm in eval mode, say, works for one row as it does for many",
    ),
    "one_step_differs": (
        ("behaviour",),
        "sequences of one step get logits that these weights should not give",
        "the same computation for any number of steps",
        "",
    ),
    "longer_differs": (
        ("behaviour",),
        "longer sequences get logits that these weights should not give",
        "the same computation for any number of steps",
        "a number of steps is written into the code",
    ),
    "divides_by_zero": (
        ("behaviour",),
        "a batch in which a feature does not vary gives nan or inf in training",
        "finite logits for any batch of two sequences or more",
        "batch norm divides by sqrt(variance + eps): eps is missing, or has the wrong sign",
    ),
    "one_step_fails": (("behaviour",), "sequences of one step do not work", "logits of shape {shape}", ""),
}

# Costs nothing: it is the line of many textbooks, and does no harm in float32.
DEFAULT_DTYPE = (
    "a tensor is made in PyTorch's default type, say by torch.zeros(...) without dtype: the model stops with "
    "an error once .double() turns it to float64. x.new_zeros(...) takes type and device from x"
)

# Of every kind of exercise.
STATE_LEFT = (
    "it leaves something changed for all that runs after it: {what}",
    "whatever an answer changes for its own sake it puts back",
    "`with torch.no_grad():` and its like end by themselves",
)
MODEL["state_left"] = (("behaviour",), *STATE_LEFT)
PUT_BACK = "{what} after `{line}`, for all that runs later; here it was put back"

# name: (title, expected, likely)
LOOP: dict[str, tuple[str, str, str]] = {
    "no_answer": MODEL["no_answer"][1:],
    "state_left": STATE_LEFT,
    "raises": ("the code stops with an error", "a training that runs to its end", ""),
    # --- runs
    "criterion_ignored": (
        "the loss is not computed by the criterion that was handed over",
        "criterion(model(inputs), targets)",
        "",
    ),
    "criterion_arguments_swapped": (
        "the criterion gets its two arguments in the wrong order",
        "criterion(model(inputs), targets)",
        "the order does not matter for a squared error, but it does for nn.CrossEntropyLoss",
    ),
    "eval_mode": (
        "the model is trained in eval mode",
        "training mode: dropout and batch norm depend on it",
        "model.eval() belongs to evaluation",
    ),
    "left_in_eval": (
        "the model is left in eval mode",
        "a model that is in training mode at the end, as it came",
        "model.train() belongs behind an evaluation",
    ),
    "criterion_gets_others": (
        "the criterion gets something else than the model's outputs and the batch's targets",
        "criterion(model(inputs), targets)",
        "",
    ),
    "never_ends": (
        "the loop goes on when all epochs are done",
        "every batch of the loader once an epoch, num_epochs times, and then the end",
        "does what the loop counts ever change?",
    ),
    "no_gradient": (
        "nothing that the model computes has a gradient",
        "outputs and losses with a gradient, which backward can follow",
        "torch.no_grad() belongs to evaluation",
    ),
    "epochs_ignored": (
        "the wrong number of batches is gone through",
        "every batch of the loader once an epoch, num_epochs times",
        "",
    ),
    # --- order
    "optimizer_ignored": ("the optimizer that was handed over makes no step", "optimizer.step()", ""),
    "step_forgotten": (
        "the weights never change",
        "optimizer.step() for every batch",
        "optimizer.step() is missing",
    ),
    "step_once_an_epoch": (
        "there are fewer steps than batches",
        "optimizer.step() for every batch",
        "optimizer.step() stands outside the inner loop",
    ),
    "zero_grad_forgotten": (
        "gradients of earlier batches are still there: backward adds to them",
        "gradients are set to zero before every backward",
        "optimizer.zero_grad() is missing, or called once only",
    ),
    "zero_grad_once_an_epoch": (
        "gradients add up over an epoch",
        "gradients are set to zero before every backward",
        "optimizer.zero_grad() stands outside the inner loop",
    ),
    "zero_grad_after_backward": (
        "the gradient is set to zero before the step can use it",
        "zero_grad, backward, clip, step",
        "optimizer.zero_grad() stands between backward and step",
    ),
    "step_before_backward": (
        "the step comes before backward, so it uses the gradient of the batch before",
        "zero_grad, backward, clip, step",
        "",
    ),
    "backward_twice": (
        "backward is called twice for one step: the second gradient is added to the first",
        "one loss.backward() for every batch",
        "one of the two backward calls is too many, and with it retain_graph=True",
    ),
    "losses_summed": (
        "losses of earlier batches are in the one that backward gets",
        "criterion(model(inputs), targets).backward() with the loss of this batch alone",
        "for a running mean, add loss.item(): a number, which backward does not follow",
    ),
    "loss_scaled": (
        "the loss is multiplied before backward, so the gradient is another one",
        "criterion(model(inputs), targets).backward(), as it is",
        "",
    ),
    "stepped_twice": ("there are two steps for one backward", "one optimizer.step() for every batch", ""),
    "backward_forgotten": (
        "no gradient is computed",
        "loss.backward() for every batch",
        "loss.backward() is missing",
    ),
    # --- clipping
    "no_clipping": (
        "the gradient is not clipped",
        "a norm of at most {bound} at the step",
        "nn.utils.clip_grad_norm_(model.parameters(), max_norm) is missing",
    ),
    "clipped_after_step": (
        "the gradient is clipped after the step, when it has done its work",
        "a norm of at most {bound} at the step: backward, clip, step",
        "",
    ),
    "clipped_before_backward": (
        "the gradient is clipped before backward: there is nothing to clip yet",
        "a norm of at most {bound} at the step: backward, clip, step",
        "",
    ),
    "clipped_by_value": (
        "each entry of the gradient is clipped on its own, which turns its direction",
        "the whole gradient scaled down to norm {bound}",
        "clip_grad_norm_, not clip_grad_value_ or clamp",
    ),
    "clipped_per_parameter": (
        "each parameter's gradient is clipped on its own, which turns the direction of the whole",
        "one norm over all parameters, at most {bound}",
        "clip_grad_norm_ takes model.parameters() at once, not one parameter after the other",
    ),
    "some_parameters_only": (
        "only some parameters are clipped",
        "one norm over all parameters, at most {bound}",
        "",
    ),
    "bound_ignored": (
        "the argument max_norm changes nothing",
        "a norm of at most {bound} for max_norm={bound}",
        "a number stands where max_norm belongs",
    ),
    "wrong_bound": ("the gradient is clipped to another bound", "a norm of at most {bound}", ""),
    "wrong_default": (
        "the bound is another one when max_norm is left out",
        "max_norm=5.0 in the first line of the function",
        "",
    ),
    "wrong_norm_type": (
        "another norm is clipped",
        "the Euclidean norm: the root of the sum of all squares",
        "norm_type stays 2",
    ),
    "square_root_forgotten": (
        "the square of the norm is taken for the norm",
        "the Euclidean norm: the root of the sum of all squares",
        "the square root is missing",
    ),
    "parameters_used_up": (
        "only the first gradient is clipped",
        "a norm of at most {bound} at every step",
        "model.parameters() can be gone through once: call it anew for each step, or keep list(...) of it",
    ),
    "always_rescaled": (
        "small gradients are scaled up",
        "a gradient below the bound stays as it is",
        "scale only where the norm is above max_norm",
    ),
    "loss_clipped": (
        "the loss is clipped, and a clipped loss has no gradient",
        "the gradient scaled down to norm {bound}",
        "",
    ),
    "weights_clipped": (
        "the weights change other than by the optimizer's step",
        "the gradient is clipped, the weights are left alone",
        "",
    ),
    "wrong_clipping": (
        "the gradient at the step is another one",
        "a norm of at most {bound}, same direction",
        "",
    ),
    # --- norms
    "nothing_returned": (
        "the function does not return a list of numbers",
        "the gradient norms before clipping, one a step",
        "the return line is missing, or returns one number",
    ),
    "wrong_count": ("the wrong number of norms is returned", "one norm for each step of every epoch", ""),
    "norms_after_clipping": (
        "the norms returned are those after clipping",
        "the norms before clipping: they tell whether the bound is ever reached",
        "clip_grad_norm_ returns the norm that it found",
    ),
    "losses_returned": ("the losses are returned", "the gradient norms before clipping", ""),
    "wrong_norms": ("the numbers returned are not the gradient norms", "the norms before clipping", ""),
}
