"""The judges, fed with what a student's process may send in place of a probe's reply (see `hostile_replies`).

Whatever comes, a judge comes to its end with little time and memory, and the mark is never better than
that of the honest reply: a value that nothing else bears out only costs points, or makes an item wait.
"""

import random
import time

import hostile_replies
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from helpers.checks.reply import MISFIT, fit

SECONDS, MIB = 2.0, 300


def held():
    """The most memory that this process has held so far, in MiB."""
    resource = pytest.importorskip("resource", reason="Windows does not say how much a process held")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def judged(seed, every, fitting):
    """Judge one changed reply; returns (CPU seconds, how much better the mark is than the honest one, whose).

    fitting: one that has the form of a reply, so that the judge itself must see what is wrong with it.
    """
    source = random.Random(seed)
    name, asked, task, values, honest = source.choice(hostile_replies.replies(every))
    if fitting:
        hostile = hostile_replies.changed_and_fitting(asked.reply(task), values, source)
    else:
        hostile = hostile_replies.changed(values, source)
    start = time.process_time()
    verdict = asked.judge(task, hostile)
    spent = time.process_time() - start
    if any(finding.name == MISFIT for finding in verdict.findings):
        assert verdict.share == 0
    return spent, verdict.share - honest, f"{asked.name}, {name}"


@settings(max_examples=150, deadline=None, database=None)
@given(st.integers(0, 2**32), st.booleans())
def test_a_changed_reply_never_stops_the_judge_nor_pays(seed, fitting):
    spent, more, whose = judged(seed, every=24, fitting=fitting)
    note(f"{whose}: {spent:.2f} s")
    assert more < 1e-9


@pytest.mark.labelled
def test_thousands_of_changed_replies_cost_little_and_never_pay():
    hostile_replies.replies(1)
    before, count, slowest, paid = held(), 6_000, 0.0, []
    for seed in range(count):
        try:
            spent, more, whose = judged(seed, every=1, fitting=seed % 3 > 0)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        slowest = max(slowest, spent)
        paid += [(seed, whose)] if more > 1e-9 else []
    print(f"{count} replies, {len(paid)} paid; slowest {slowest:.2f} s; {held() - before:.0f} MiB more")
    assert paid == []
    assert slowest < SECONDS
    assert held() - before < MIB


# --- single facts that only the answer's own word bore out, each with wrong answers that it would help

GONE = {"error": {"type": "ValueError", "text": "batch size", "line": ""}}


def main(values):
    return values["builds"]["main"]


def hide_unregistered(values):
    for build in values["builds"].values():
        build["unregistered"] = []


def learn_everywhere(values):
    for build in values["builds"].values():
        for parameter in build["parameters"]:
            parameter["learns"] = True


def one_step_moves(values):
    values["extras"]["moved"][2, 0] = True


def another_count(values):
    for module in values["builds"]["other"]["modules"]:
        if "num_layers" in module:
            module["num_layers"] += 1


def extra(key, value):
    def change(values):
        values["extras"][key] = value

    return change


def at_random(values):
    main(values)["reseeded"] = main(values)["reseeded"] + 1


def untrained(change_of):
    def change(values):
        values["extras"]["unfilled"] = change_of(values["extras"]["unfilled"])

    return change


FACTS = [
    ("two_layer_lstm", "not_registered", hide_unregistered),
    ("two_layer_lstm", "state_left", lambda values: values.update(left=[])),
    ("two_layer_lstm", "frozen", learn_everywhere),
    ("two_layer_lstm", "constant", one_step_moves),
    ("two_layer_lstm", "constant", extra("moved", GONE)),
    ("two_layer_lstm", "loop_over_batch", extra("operations", GONE)),
    ("two_layer_lstm", "loop_over_batch", extra("operations", [1_000, 7])),
    ("two_layer_lstm", "device_fixed", extra("meta", {})),
    ("two_layer_lstm", "device_fixed", extra("meta", GONE)),
    ("two_layer_lstm", "one_row_differs", extra("one_row", GONE)),
    ("two_layer_lstm", "longer_differs", extra("longer", GONE)),
    ("two_layer_lstm", "dtype_fixed", lambda values: values.pop("dtype", None)),
    ("two_layer_lstm", "wrong_shape", at_random),
    ("birnn_bn", "divides_by_zero", extra("alike", GONE)),
    ("birnn_bn", "wrong_in_training", extra("train_three_rows", GONE)),
    ("birnn_bn", "wrong_in_training", lambda values: main(values).update(train_run=GONE)),
    ("birnn_bn", "num_layers_ignored", another_count),
    ("dropout_gru", "num_layers_ignored", another_count),
    ("dropout_gru", "no_dropout", extra("train_unfilled", GONE)),
    ("dropout_gru", "no_dropout", extra("unfilled", GONE)),
    ("dropout_gru", "no_dropout", untrained(lambda values: values + 0.5)),
    ("dropout_classifier", "no_dropout", untrained(lambda values: values * 0)),
    ("gradient_clipping", "state_left", lambda values: values.update(left=[])),
    (
        "gradient_clipping",
        "no_gradient",
        lambda values: [v.update(asked=0) for v in values.values() if "asked" in v],
    ),
]


@pytest.mark.parametrize(
    ("exercise", "finding", "change"),
    FACTS,
    ids=[f"{k} {name} {what}" for k, (name, what, _) in enumerate(FACTS)],
)
def test_what_only_the_answer_says_of_itself_earns_nothing(exercise, finding, change):
    found = hostile_replies.replies_with(exercise, finding)
    assert found
    for name, asked, task, values, honest in found:
        change(values)
        fit(asked.reply(task), values)  # what has not the form would earn nothing for another reason
        assert asked.judge(task, values).share <= honest, name
