"""The judges of 05_by_hand on answers that were labelled before there was a judge, and on their own slips."""

import functools
from dataclasses import replace
from importlib import import_module
from itertools import combinations

import pytest
import torch
from by_hand_answers import ALL
from by_hand_answers import DEFINES as EXERCISES
from labelled import through_bytes
from shares import told, wilson
from torch_state import unharmed

from helpers import checks
from helpers.checks.running import failed

# A mistake -> the findings that name it, where they are called otherwise than it.
NAMES = {
    "accuracy_undone": ["wrong_accuracy"],
    "affine_missing": ["wrong_names"],
    "affine_not_applied": ["no_affine", "no_weight", "no_bias"],
    "bias_per_tap": ["bias_per_place"],
    "buffers_parameters": ["wrong_registered"],
    "buffers_plain_attributes": ["wrong_registered"],
    "buffers_missing": ["wrong_names"],
    "argmax_wrong_axis": ["argmax_over_batch_in_pairs"],
    "assumes_equal_batches": ["as_large_as_the_first"],
    "backward_undone": ["wrong_returns"],
    "causal_undone": ["raises", "returns_nothing"],
    "changes_input": ["wrong_changed"],
    "bias_no_sum_over_time": ["bias_of_first_step"],
    "cut_after_a_step": ["cut_after_two", "cut_at_once", "cut_for_h_0_too"],
    "eps_missing": ["eps_fixed"],
    "eval_undone": ["raises"],
    "exp_overflows": ["exp_of_hidden_overflows"],
    "estimates_updated_in_eval": ["moved_after_eval", "wrong_kept"],
    "first_row_alone": ["wrong_output"],
    "forbidden_function": ["shortcut"],
    "forward_undone": ["raises"],
    "gradient_past_the_statistics": ["wrong_gradients"],
    "gradients_kept": ["wrong_gradients"],
    "grad_h_0_undone": ["wrong_h_0"],
    "grad_x_undone": ["wrong_x"],
    "graph_in_the_buffers": ["wrong_graph"],
    "grouping_undone": ["raises"],
    "heads_not_merged": ["wrong_output"],
    "kv_projections_full_width": ["wrong_names"],
    "left_in_eval": ["wrong_left", "wrong_mode"],
    "heads_taken_for_batch": ["lengths_repeated_wrongly"],
    "lengths_off_by_one": ["length_too_short"],
    "lengths_undone": ["raises"],
    "loss_undone": ["wrong_loss"],
    "loss_sum": ["sum_of_means"],
    "mask_undone": ["raises"],
    "max_len_off_by_one": ["one_too_many"],
    "mean_of_batch_means": ["loss_of_batches"],
    "nan_gradient": ["wrong_gradients"],
    "no_bos": ["begins_with_eos", "begins_with_source"],
    "no_gradient": ["wrong_gradients"],
    "no_sum_over_time": ["first_step_only"],
    "one_example_only": ["wrong_output"],
    "one_of_two": ["wrong_returns"],
    "one_step_only": ["wrong_output"],
    "output_axes_swapped": ["wrong_output"],
    "output_undone": ["wrong_output", "returns_nothing"],
    "output_too_long": ["length_formula"],
    "padding_both_sides_causal": ["causal_cut_behind"],
    "padding_one_side": ["padding_in_front"],
    "parameters_left_frozen": ["wrong_gradients"],
    "projections_without_bias": ["wrong_names"],
    "put_to_train": ["wrong_left", "wrong_mode"],
    "raises_for_more_than_one_row": ["raises"],
    "raises_for_one_step": ["raises"],
    "raises_when_lengths_differ": ["raises"],
    "raises_with_four_dimensional_mask": ["raises"],
    "raises_with_stride": ["raises"],
    "raises_with_three_dimensions": ["raises"],
    "raises_without_bias": ["raises"],
    "raises_without_mask": ["raises"],
    "returns_lists": ["wrong_output", "wrong_loss"],
    "running_var_starts_at_zero": ["wrong_start"],
    "samples": ["wrong_output"],
    "scaled_by_other_width": ["root_of_values", "root_of_keys", "root_of_queries"],
    "sees_ahead": ["zeros_behind"],
    "softmax_wrong_axis": ["softmax_over_heads"],
    "stops_with_first_row": ["row_zero_ends_all"],
    "tanh_derivative": ["tanh_derivative_of_raw"],
    "three_of_five": ["wrong_returns"],
    "train_mode": ["wrong_mode"],
    "training_undone": ["returns_nothing"],
    "trains_the_model": ["wrong_untouched"],
    "weight_gradients_undone": ["wrong_weight_ih", "wrong_weight_hh"],
    "wrong_axes": ["over_time"],
    "wrong_dtype": ["wrong_type", "wrong_output"],
    "wrong_return_order": ["weights_swapped"],
}
# What the exercises do not ask for: no points hang on it.
NOT_ASKED = {
    "counter_not_counted",  # num_batches_tracked is welcome
    "gradients_left_off",  # put back after each check, and told in a remark
    "more_than_one_pass",
    "no_value_error",
    "returns_tensors",
    "submodules_mode_lost",
}
RIGHT = [answer for answer in ALL if set(answer.mistakes) <= NOT_ASKED]
WRONG = [answer for answer in ALL if not set(answer.mistakes) <= NOT_ASKED]


def case_id(answer):
    return f"{answer.exercise}-{answer.name}"


def verdict(exercise, answer, seed=0):
    module = checks.exercise(exercise)
    task = module.task(seed)
    with unharmed():
        values = module.probe(answer, task)
    return module.judge(task, through_bytes(values))


def names_of(verdict):
    return [finding.name for finding in verdict.findings]


def found(exercise, answer, seed=0):
    return names_of(verdict(exercise, answer, seed))


@functools.cache
def labelled(answer, seed=0):
    """The verdict on a labelled answer: several tests ask for it."""
    return verdict(answer.exercise, answer.defined(), seed)


def names_all(answer, names):
    """Is each mistake of an answer named by one of these findings?"""
    asked = set(answer.mistakes) - NOT_ASKED
    return all(names & {mistake, *NAMES.get(mistake, ())} for mistake in asked)


def slips(exercise):
    return [one.name for one in checks.exercise(exercise).wrong]


def pairs(exercise):
    return list(combinations(slips(exercise), 2))


def with_faults(exercise, faults):
    return checks.exercise(exercise).together(faults)


@functools.cache
def slip_seen(exercise, name):
    """What the probe sees of a slip alone: several tests ask for it."""
    module = checks.exercise(exercise)
    with unharmed():
        return module.probe(with_faults(exercise, [name]), module.task(0))


@functools.cache
def slip(exercise, name):
    """The verdict on a slip alone."""
    module = checks.exercise(exercise)
    return module.judge(module.task(0), through_bytes(slip_seen(exercise, name)))


def check_mending(exercise, pair):
    both = verdict(exercise, with_faults(exercise, pair))
    named = {*names_of(both)}
    if named != {*pair} and named <= {*slips(exercise)}:
        # One of the two hides the other, they undo each other, or others do what they do together, in every
        # case: nobody can see that it is these two.
        return
    assert both.share <= min(slip(exercise, name).share for name in pair) + 1e-9, pair


@pytest.mark.parametrize("answer", RIGHT[::3], ids=case_id)
def test_a_right_answer_earns_everything(answer):
    assert names_of(labelled(answer)) == []


@pytest.mark.parametrize("answer", WRONG[::6], ids=case_id)
def test_a_wrong_answer_does_not(answer):
    assert labelled(answer).share < 1


@pytest.mark.parametrize("mistake", ["exp_overflows", "hidden_drown_seen", "places_not_written_yet"])
def test_what_is_right_for_usual_inputs_alone_is_told(mistake):
    made = [one for one in ALL if one.mistakes == (mistake,)]
    assert made
    for answer in made:
        assert names_all(answer, {*found(answer.exercise, answer.defined())})


# A right answer, what stands there, what is typed for it, and what is told.
TYPED_OTHERWISE = [
    (
        "batch_norm",
        "keepdim",
        "bias = nn.Parameter(torch.zeros",
        "bias = nn.Parameter(torch.ones",
        "first_weights",
    ),
    ("batch_norm", "two_methods", "eps=1e-5", "eps=0.0", "output"),
    ("evaluate", "class_heavy", "[(m, m.training)", "[(model, m.training)", "left"),
    ("greedy_decode", "python_lists", "zip(model.modules(), modes)", "zip([model], modes)", "left"),
    ("multihead", "output_head_by_head", "m[:, h if m.shape[1] > 1 else 0]", "m[:, 0]", "one_mask_for_heads"),
]


@pytest.mark.parametrize("exercise, name, old, new, told", TYPED_OTHERWISE)
def test_what_the_text_asks_for_is_looked_at(exercise, name, old, new, told):
    [answer] = [one for one in RIGHT if (one.exercise, one.name) == (exercise, name)]
    assert answer.source.count(old) == 1
    changed = replace(answer, source=answer.source.replace(old, new))
    assert {told, f"wrong_{told}"} & {*found(exercise, changed.defined())}


def goes_on_and_cuts(model, source, bos, eos, max_len):
    tokens = with_faults("greedy_decode", ["does_not_stop"])(model, source, bos, eos, max_len)
    ended = ((tokens == eos).int().argmax(1) + 1).masked_fill(~(tokens == eos).any(1), max_len)
    return tokens[:, : int(ended.max())]


def test_a_model_that_is_asked_when_all_rows_have_ended_is_told():
    told = verdict("greedy_decode", goes_on_and_cuts)
    assert [finding.name for finding in told.findings] == ["wrong_in_vain"]
    assert told.share == pytest.approx(0.7)


class OneHead(with_faults("multihead", [])):
    """Stops with an error wherever heads are to be shared or merged."""

    def __init__(self, embed_dim, num_heads, num_kv_heads):
        if num_kv_heads > 1:
            raise RuntimeError("too many")
        super().__init__(embed_dim, num_heads, num_kv_heads)


class OnlyOneStep(with_faults("multihead", [])):
    def forward(self, x, mask=None):
        return super().forward(x.view(len(x), 1, -1), mask)


@pytest.mark.parametrize("answer", [OneHead, OnlyOneStep])
def test_a_trivial_case_alone_earns_nothing(answer):
    assert verdict("multihead", answer).share == 0


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_slip_is_told_by_its_name(exercise):
    for name in slips(exercise)[::3]:
        assert names_of(slip(exercise, name)) == [name]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_slip_only_stops_with_an_error(exercise):
    """Two programs that stop with an error are alike: such a slip would explain whatever stops."""
    for name in slips(exercise):
        assert not all(map(failed, slip_seen(exercise, name)["cases"])), name


def test_greedy_decode_has_its_batches_whatever_the_seed():
    for seed in (0, 96, 116, 259, 260, 297, *range(300, 330)):
        assert len(checks.exercise("greedy_decode").task(seed)["cases"]) == 7


def test_evaluate_has_as_many_right_answers_as_it_prescribes_whatever_the_seed():
    """Else a slip is told by another's name, or not at all: argmin may be right where no example is."""
    lowest = with_faults("evaluate", ["argmin"])
    rights = with_faults("evaluate", ["accuracy_count"])
    for seed in range(30):
        cases = checks.exercise("evaluate").task(seed)["cases"]
        counted = []
        for case in cases:
            batches, made_from, *_ = case["args"]
            model = import_module("helpers.checks.exercises.evaluate").network(3, made_from)
            batches = [tuple(map(torch.from_numpy, batch)) for batch in batches]
            assert lowest(model, batches, torch.nn.CrossEntropyLoss())[1] == 0, seed
            counted.append([rights(model, [batch], torch.nn.CrossEntropyLoss())[1] for batch in batches])
        n = len(cases[0]["args"][0][0][1])
        assert counted == [[n, n - 1, 1], [3, 2, 1, 3], [3, 2], [1], [4, 1]], seed


def own_cross_entropy(model, loader, criterion):
    return with_faults("evaluate", [])(model, loader, torch.nn.functional.cross_entropy)


def test_a_criterion_that_is_not_asked_is_told():
    told = verdict("evaluate", own_cross_entropy)
    assert names_of(told) == ["criterion_not_asked"]
    assert told.share == pytest.approx(0.7)


def test_what_an_answer_leaves_behind_is_told_in_a_remark():
    [answer] = [one for one in ALL if one.mistakes == ("gradients_left_off",)]
    told = verdict("evaluate", answer.defined())
    assert (told.share, len(told.remarks)) == (1, 1)
    assert "here it was put back" in told.remarks[0]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_mending_one_of_two_slips_never_lowers_the_mark(exercise):
    for pair in pairs(exercise)[::40]:
        check_mending(exercise, pair)


@pytest.mark.labelled
@pytest.mark.parametrize("exercise", EXERCISES)
def test_right_answers_are_taken_and_wrong_ones_refused(exercise):
    right = [answer for answer in RIGHT if answer.exercise == exercise]
    wrong = [answer for answer in WRONG if answer.exercise == exercise]
    for seed in (0, 1, 2):
        for answer in right:
            assert names_of(labelled(answer, seed)) == [], (answer.name, seed)
        for answer in wrong:
            assert labelled(answer, seed).share < 1, (answer.name, seed)


def shares(seed=0):
    """(exercise, what) -> of each labelled answer whether it came out so: refused, named or taken."""
    seen = {}
    for answer in ALL:
        given = labelled(answer, seed)
        if answer in RIGHT:
            seen.setdefault((answer.exercise, "right answers taken"), []).append(given.share == 1)
        else:
            names = {*names_of(given)}
            seen.setdefault((answer.exercise, "wrong ones refused"), []).append(given.share < 1)
            seen.setdefault((answer.exercise, "all mistakes named"), []).append(names_all(answer, names))
    return seen


@pytest.mark.labelled
def test_shares_of_labelled_answers_that_come_out_as_they_must(capsys):
    seen = shares()
    together = {}
    for (_, what), came_out in seen.items():
        together.setdefault(what, []).extend(came_out)
    with capsys.disabled():
        for (exercise, what), came_out in [*seen.items(), *((("all", w), c) for w, c in together.items())]:
            print(f"\n{exercise:14} {what:20} {told(sum(came_out), len(came_out))}", end="")
    assert all(together["right answers taken"])
    assert sum(together["wrong ones refused"]) >= 0.99 * len(together["wrong ones refused"])
    assert sum(together["all mistakes named"]) >= 0.95 * len(together["all mistakes named"])


@pytest.mark.parametrize(
    "count, of, low, high", [(9, 10, 0.596, 0.982), (0, 20, 0, 0.161), (20, 20, 0.839, 1)]
)
def test_intervals_are_wilsons(count, of, low, high):
    assert wilson(count, of) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.labelled
@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_slip_is_told_by_its_name_whatever_the_seed(exercise):
    for seed in range(100, 105):
        for name in slips(exercise):
            assert found(exercise, with_faults(exercise, [name]), seed) == [name], (name, seed)


@pytest.mark.labelled
@pytest.mark.parametrize("exercise", EXERCISES)
def test_mending_one_of_any_two_slips_never_lowers_the_mark(exercise):
    for pair in pairs(exercise):
        check_mending(exercise, pair)
