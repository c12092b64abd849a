"""The world of a recorded loop: what is written down, and that no loop goes on for ever."""

import copy

import pytest
import torch
from torch import nn

from helpers.checks.comparison import Case
from helpers.checks.loops import Endless, Fact, Loop, Record, Words, every


def world(most=100):
    record = Record(most)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    model = record.model(nn.Linear(2, 1, bias=False))
    nn.init.ones_(model.weight)
    return record, model, record.loader([x, x[:1]]), record.sgd(model, lr=0.1)


def named(record):
    return [event["event"] for event in record.events]


def test_a_step_is_noted_with_the_gradient_that_it_takes_before_the_weights_move():
    record, model, loader, optimizer = world()
    optimizer.step()
    assert record.events[-1] == {"event": "step", "gradient": None}
    for x in loader:
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()
    assert named(record) == ["step", "epoch", *["zero_grad", "forward", "step"] * 2]
    first, second = (event["gradient"] for event in record.events[1:] if event["event"] == "step")
    assert first.tolist() == [4.0, 6.0] and second.tolist() == [1.0, 2.0]
    torch.testing.assert_close(model.weight.detach(), torch.tensor([[0.5, 0.2]]))


def test_a_closure_runs_with_gradients_before_the_step_is_noted():
    record, model, loader, optimizer = world()

    def closure():
        optimizer.zero_grad()
        loss = model(loader[0]).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 10.0
    assert named(record) == ["zero_grad", "forward", "step"]
    assert record.events[-1]["gradient"].tolist() == [4.0, 6.0]
    torch.testing.assert_close(model.weight.detach(), torch.tensor([[0.6, 0.4]]))


def test_a_parameter_without_a_gradient_counts_as_zeros():
    record, model, loader, _ = world()
    both = nn.Sequential(model, nn.Linear(1, 1, bias=False))
    model(loader[0]).sum().backward()
    record.sgd(both, lr=0.1).step()
    assert record.events[-1]["gradient"].tolist() == [4.0, 6.0, 0.0]


def test_loader_is_a_list_of_batches_and_ends_who_takes_them_for_ever():
    record, _, loader, _ = world(most=5)
    assert len(loader) == 2
    assert [len(x) for x in loader] == [2, 1]
    assert named(record) == ["epoch"]
    with pytest.raises(Endless):
        while True:
            next(iter(loader))
    assert len(record.events) == 5
    record, model, loader, _ = world(most=5)
    with pytest.raises(Endless):
        while True:
            try:
                model(loader[0])
            except Exception:
                continue
    assert named(record) == ["forward"] * 5


def test_batches_are_counted_where_nothing_else_is_done_with_them():
    record, _, loader, _ = world(most=3)
    with pytest.raises(Endless):
        for _ in range(2):
            for _ in loader:
                pass
    assert named(record) == ["epoch", "epoch"]


def test_a_copy_of_the_model_writes_into_the_same_record():
    record, model, loader, _ = world()
    copy.deepcopy(model)(loader[0])
    assert named(record) == ["forward"]
    assert copy.deepcopy(record) is record


def counted(model, loader):
    count = 0
    for x in loader:
        model(x)
        count += len(x)
    return count


def for_ever(model, loader):
    while True:
        for x in loader:
            model(x)


def test_a_loop_without_end_is_stopped_and_told():
    def made(record, batches):
        return record.model(nn.Linear(3, 2).double()), record.loader([x.double() for x in batches])

    exercise = Loop(
        "count",
        title="Count",
        cases=lambda random: [Case([[random.standard_normal((n, 3)).astype("float32") for n in (2, 3)]])],
        world=made,
        reference=counted,
        facts={"mode": Fact(every("forward", "training"), Words("another mode"))},
    )
    task = exercise.task(0)
    assert exercise.judge(task, exercise.probe(counted, task)).share == 1
    verdict = exercise.judge(task, exercise.probe(for_ever, task))
    [found] = verdict.findings
    assert (found.name, verdict.share) == ("wrong_ends", 0)
    assert found.title == "the loop does not end"
    assert found.got == "stopped from outside in place of ended by itself"
    assert "does what the loop counts ever change?" in found.hint
