"""Faults of a training loop, alone and in pairs: mending one of two never lowers the mark.

A fault is a small change of the source of a right answer. Where the second one of a pair no longer finds what
it changes, there is no such pair.
"""

import functools

import pytest
from labelled import Labelled

RIGHT = """\
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms
"""
ZERO = "            optimizer.zero_grad()\n"
LOSS = "            loss = criterion(model(inputs), targets)\n"
BACKWARD = "            loss.backward()\n"
CLIP = "            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
STEP = "            optimizer.step()\n"
KEEP = "            norms.append(norm.item())\n"
EPOCHS = "    for epoch in range(num_epochs):\n"
BATCHES = "        for inputs, targets in loader:\n"
MEASURED = "            norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()\n"

# name -> (the finding, the changes: each text stands once and is replaced by the other)
FAULTS = {
    "zero_grad forgotten": ("zero_grad_forgotten", [(ZERO, "")]),
    "zero_grad an epoch": ("zero_grad_once_an_epoch", [(ZERO, ""), (BATCHES, ZERO[4:] + BATCHES)]),
    "zero_grad behind backward": ("zero_grad_after_backward", [(ZERO, ""), (BACKWARD, BACKWARD + ZERO)]),
    "zero_grad before the step": ("zero_grad_after_backward", [(ZERO, ""), (STEP, ZERO + STEP)]),
    "model.zero_grad behind backward": (
        "zero_grad_after_backward",
        [(ZERO, ""), (BACKWARD, BACKWARD + "            model.zero_grad()\n")],
    ),
    "gradients None behind backward": (
        "zero_grad_after_backward",
        [(BACKWARD, BACKWARD + "            for p in model.parameters():\n                p.grad = None\n")],
    ),
    "backward twice": (
        "backward_twice",
        [(BACKWARD, "            loss.backward(retain_graph=True)\n" + BACKWARD)],
    ),
    "forward and backward twice": ("backward_twice", [(BACKWARD, BACKWARD + LOSS + BACKWARD)]),
    "losses summed": (
        "losses_summed",
        [
            (EPOCHS, "    total = 0\n" + EPOCHS),
            (BACKWARD, "            total = total + loss\n            total.backward(retain_graph=True)\n"),
        ],
    ),
    "mean of the losses so far": (
        "losses_summed",
        [
            (EPOCHS, "    losses = []\n" + EPOCHS),
            (
                BACKWARD,
                "            losses.append(loss)\n"
                "            torch.stack(losses).mean().backward(retain_graph=True)\n",
            ),
        ],
    ),
    "loss divided": ("loss_scaled", [(BACKWARD, "            (loss / len(loader)).backward()\n")]),
    "backward forgotten": ("backward_forgotten", [(BACKWARD, "")]),
    "no gradients": (
        "no_gradient",
        [("criterion(model(inputs), targets)", "torch.no_grad()(criterion)(model(inputs), targets)")],
    ),
    "outputs detached": (
        "no_gradient",
        [("criterion(model(inputs), ", "criterion(model(inputs).detach().requires_grad_(), ")],
    ),
    "loss in a new tensor": (
        "no_gradient",
        [(BACKWARD, "            torch.tensor(loss.item(), requires_grad=True).backward()\n")],
    ),
    "first layer detached": (
        "no_gradient",
        [
            (
                "criterion(model(inputs), targets)",
                "criterion(model[2](model[1](model[0](inputs)).detach()), targets)",
            )
        ],
    ),
    "gradients off at the end": (
        "state_left",
        [("    return norms\n", "    torch.set_grad_enabled(False)\n    return norms\n")],
    ),
    "step forgotten": ("step_forgotten", [(STEP, "")]),
    "step twice": ("stepped_twice", [(STEP, STEP + STEP)]),
    "step an epoch": ("step_once_an_epoch", [(STEP, ""), (KEEP, KEEP + STEP[4:])]),
    "in eval mode": ("eval_mode", [(EPOCHS, "    model.eval()\n" + EPOCHS)]),
    "left in eval mode": (
        "left_in_eval",
        [("    return norms\n", "    model.train(False)\n    return norms\n")],
    ),
    "one layer left in eval mode": (
        "left_in_eval",
        [("    return norms\n", "    model[0].eval()\n    return norms\n")],
    ),
    "one epoch": ("epochs_ignored", [("range(num_epochs)", "range(1)")]),
    "one epoch too many": ("epochs_ignored", [("range(num_epochs)", "range(num_epochs + 1)")]),
    "first batch": ("epochs_ignored", [(KEEP, KEEP + "            break\n")]),
    "no end": ("never_ends", [(EPOCHS, "    epoch = 0\n    while epoch < num_epochs:\n")]),
    "loader without end": (
        "never_ends",
        [
            (
                BATCHES,
                "        import itertools\n" + BATCHES.replace("in loader", "in itertools.cycle(loader)"),
            )
        ],
    ),
    "own loss": (
        "criterion_ignored",
        [("criterion(model(inputs), targets)", "((model(inputs) - targets) ** 2).mean()")],
    ),
    "arguments swapped": (
        "criterion_arguments_swapped",
        [("criterion(model(inputs), targets)", "criterion(targets, model(inputs))")],
    ),
    "softmax before the loss": (
        "criterion_gets_others",
        [("criterion(model(inputs), targets)", "criterion(model(inputs).softmax(1), targets)")],
    ),
    "not clipped": ("no_clipping", [(CLIP, MEASURED)]),
    "clipped by value": (
        "clipped_by_value",
        [(CLIP, MEASURED + "            nn.utils.clip_grad_value_(model.parameters(), max_norm)\n")],
    ),
    "other bound": ("wrong_bound", [("max_norm)\n", "1.7 * max_norm)\n")]),
    "fixed bound": ("bound_ignored", [("max_norm)\n", "5.0)\n")]),
    "other default": ("wrong_default", [("max_norm=5.0", "max_norm=4.0")]),
    "other norm": ("wrong_norm_type", [("max_norm)\n", "max_norm, norm_type=1)\n")]),
    "first layer": (
        "some_parameters_only",
        [("model.parameters(), max_norm", "model[0].parameters(), max_norm")],
    ),
    "always scaled": (
        "always_rescaled",
        [
            (
                CLIP,
                CLIP
                + "            for p in model.parameters():\n"
                + "                p.grad *= max_norm / min(norm, max_norm)\n",
            )
        ],
    ),
    "clipped behind the step": ("clipped_after_step", [(CLIP, ""), (STEP, STEP + CLIP)]),
    "clipped before backward": ("clipped_before_backward", [(CLIP, ""), (BACKWARD, CLIP + BACKWARD)]),
    "weights clipped": (
        "weights_clipped",
        [
            (
                STEP,
                STEP + "            for p in model.parameters():\n                p.data.clamp_(-0.3, 0.3)\n",
            )
        ],
    ),
    "norms behind clipping": ("norms_after_clipping", [(CLIP, CLIP + MEASURED)]),
    "squares": ("wrong_norms", [("norm.item()", "norm.item() ** 2")]),
    "losses for norms": ("losses_returned", [("norm.item()", "loss.item()")]),
    "a norm an epoch": ("wrong_count", [(KEEP, KEEP[4:])]),
    "nothing returned": ("nothing_returned", [("    return norms\n", "")]),
}


def changed(*names):
    """The right answer with these faults; None where one of them no longer fits."""
    source = RIGHT
    for name in names:
        for old, new in FAULTS[name][1]:
            if source.count(old) != 1:
                return None
            source = source.replace(old, new)
    return source


@functools.cache
def verdict(*names, seed=0):
    return Labelled("gradient_clipping", " and ".join(names), 0, (), changed(*names)).verdict(seed)


def most(name):
    """The points that this fault leaves at most, once a person has read what waits."""
    found = verdict(name)
    return 10 * found.share + sum(item.points for item, _ in found.to_read)


def told(*names, seed=0):
    found = verdict(*names, seed=seed)
    return round(10 * found.share, 2), [finding.name for finding in found.findings]


@pytest.mark.parametrize("name", FAULTS)
def test_one_mistake_is_named_once(name):
    assert told()[1] == []
    points, findings = told(name)
    assert findings == [FAULTS[name][0]]
    assert points < 10
    # Behind a softmax the gradients are so short that nothing is ever clipped.
    assert not verdict(name).to_read or name == "softmax before the loss"


# One batch shows less than four, and the norm that another way of clipping comes with is another one.
NO_PAIRS = [{"first batch"}, {"clipped by value", "first layer"}]


def undone(first, second):
    """Does the second take away what the first puts in, so that the two are no two faults?"""
    put = " ".join(new for _, new in FAULTS[first][1])
    return any(old.strip() in put and old.strip() not in new for old, new in FAULTS[second][1])


def pairs(first):
    for second in FAULTS:
        known = any(pair <= {first, second} for pair in NO_PAIRS)
        fits = first != second and not known and changed(first, second)
        if fits and not undone(first, second) and not undone(second, first):
            yield first, second


# Every fifth, so that the quick suite stays quick.
@pytest.mark.seconds
@pytest.mark.parametrize("first", [name for k, name in enumerate(FAULTS) if k % 5 == 0])
def test_mending_one_of_some_pairs_never_lowers_the_mark(first):
    for pair in list(pairs(first))[::3]:
        assert all(told(*pair)[0] <= most(mended) for mended in pair), pair


@pytest.mark.slow
@pytest.mark.parametrize("first", FAULTS)
def test_mending_one_of_two_faults_never_lowers_the_mark(first):
    for pair in pairs(first):
        both = told(*pair)
        for mended in pair:
            assert both[0] <= most(mended), (pair, both, told(mended))
