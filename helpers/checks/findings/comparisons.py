"""What functions, layers and loops get wrong that are compared with a reference: findings of `comparison`.

"wrong_KEY" says that this key of what an answer shows differs. An exercise adds rows of its own: its wrong
versions, the facts of a loop, other words for a key.
"""

from helpers.checks.findings.row import BY_CASE, EVERYTHING, Row

ROWS = (
    Row(
        "shortcut",
        EVERYTHING,
        "by hand was asked for, and this is torch's own",
        "code of your own for what is forbidden here: {forbidden}",
    ),
    Row("raises", BY_CASE, "the code stops with an error"),
    Row("returns_nothing", BY_CASE, "it returns nothing: is the `return` missing?"),
    Row("wrong_output", BY_CASE, "the result is another one"),
    Row("wrong_returns", BY_CASE, "what comes back has another form"),
    Row(
        "wrong_type",
        BY_CASE,
        "the result has another precision than the input",
        "float32 in, float32 out; float64 in, float64 out",
        "a tensor is made with a fixed dtype, or cast: make it from x (x.new_zeros, torch.zeros_like)",
    ),
    Row(
        "wrong_refused",
        BY_CASE,
        "a bad value is not refused",
        "a ValueError that says what is wrong with the value",
    ),
    Row("wrong_shares", BY_CASE, "it draws the right kind of thing, but not each as often as it should"),
    # --- turns, before anything is run
    Row("not_a_function", EVERYTHING, "something else was given", "a function, by its name alone"),
    Row(
        "not_a_class", EVERYTHING, "something else was given", "a class, by its name alone, without brackets"
    ),
    Row("not_a_module", EVERYTHING, "the class is not derived from nn.Module", "class {what}(nn.Module):"),
    Row("signature", EVERYTHING, "it takes other arguments", "{wanted}"),
    Row(
        "endless",
        EVERYTHING,
        "it does not come to an end",
        "a result at once: what is asked for takes thousandths of a second",
        "a loop whose condition never becomes false",
    ),
    Row("wrong_sees", BY_CASE, "who sees whom is not as it should be"),
    Row(
        "wrong_changed",
        BY_CASE,
        "the call changes what it was given",
        "inputs as they were",
        "an operation in place",
    ),
    Row(
        "wrong_gradients",
        BY_CASE,
        "the result is right, its gradient is not",
        likely="detach(), .data, .item() or no_grad() on the way, or a step that has no gradient",
    ),
    Row(
        "overwritten",
        BY_CASE,
        "the result is right, but it has no gradient: a value that the way back needs is overwritten",
        "a new tensor at each step: torch.where(…), or a list of the steps and torch.stack",
        "x[...] = …, x += … and methods that end in _ write into the old tensor: make a new one",
    ),
    Row(
        "no_way_back",
        BY_CASE,
        "the result is right, but it has no gradient: the way back stops with an error",
        likely="a step without a derivative, or a backward() of its own that has used up the graph",
    ),
    # --- layers
    Row(
        "wrong_names",
        BY_CASE,
        "the parameters or buffers have other names or shapes",
        "those of the twin, so that its weights can be loaded",
        "nn.Parameter and register_buffer under exactly these names; a plain tensor is neither",
    ),
    Row(
        "wrong_registered",
        BY_CASE,
        "what is kept from call to call is no buffer",
        "register_buffer(name, tensor): saved in the state_dict, moved by .to(), seen by no optimizer",
        "a plain tensor as attribute is not saved and stays behind; a parameter is trained",
    ),
    Row(
        "wrong_loaded",
        BY_CASE,
        "state_dict() does not give back what was loaded",
        "the weights that load_state_dict was given",
        "weights are copied or changed somewhere else than in the parameters themselves",
    ),
    Row(
        "wrong_buffers",
        BY_CASE,
        "after a call in training mode the running values are others",
        likely="the update takes another average, another share (momentum), or the variance of another count",
    ),
    Row(
        "wrong_eval",
        BY_CASE,
        "in eval mode, after training, the result is another one",
        "running values, where there are any, are used as they are; without them it is as in training mode",
        "self.training is not asked, or asked in one place only",
    ),
    Row(
        "wrong_dtype",
        BY_CASE,
        "the layer does not follow to another precision",
        "torch.float64 in, torch.float64 out, after model.double()",
        "a tensor is made with a fixed dtype: make it from x (x.new_zeros, torch.zeros_like)",
    ),
    Row(
        "wrong_device",
        BY_CASE,
        "the layer does not run on another device than the CPU",
        "tensors that it makes lie where x lies",
        "a tensor is made on the CPU: make it from x (x.new_zeros) or give device=x.device",
    ),
    Row(
        "wrong_again",
        BY_CASE,
        "what one call leaves behind spoils the next, with an input of another size",
        "each input gives what it gives on a new layer",
        "something made for the first input is kept: a mask, zeros, places of its size, the result itself",
    ),
    Row(
        "wrong_kept",
        BY_CASE,
        "the running values move in eval mode too",
        "in eval mode they are used and stay as they are",
    ),
    Row(
        "wrong_start",
        BY_CASE,
        "the running values begin elsewhere",
        "a mean of 0 and a variance of 1, as torch's",
    ),
    Row(
        "wrong_first_weights",
        BY_CASE,
        "the parameters begin elsewhere",
        "where torch's begin: a weight of ones, a bias of zeros",
    ),
    Row(
        "wrong_graph",
        BY_CASE,
        "the running values carry the graph of every batch with them",
        "values without a graph",
        "update them under torch.no_grad(), or with x.detach()",
    ),
    # --- loops
    Row(
        "wrong_ends",
        BY_CASE,
        "the loop does not end",
        "as many rounds as there are batches, epochs or steps, and then the end",
        "does what the loop counts ever change?",
    ),
)
