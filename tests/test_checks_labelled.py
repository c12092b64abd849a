"""Labelled answers (tests/submissions/): each must get the points it deserves and the finding it must get."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from helpers import checks

SUBMISSIONS = Path(__file__).resolve().parent / "submissions"
DEFINES = {
    "two_layer_lstm": "TwoLayerLSTM",
    "dropout_gru": "DropoutGRU",
    "birnn_bn": "BiRNNWithBN",
    "gradient_clipping": "train_with_clipping",
    "dropout_classifier": "DropoutSequenceClassifier",
}


@dataclass(frozen=True)
class Labelled:
    exercise: str
    name: str
    points: float
    finding: str
    source: str

    def answer(self):
        """What the solution cell defines, run as in a notebook where torch and nn are imported."""
        namespace = {"torch": torch, "nn": nn, "__name__": "__main__"}
        exec(compile(self.source, f"{self.exercise}, {self.name}", "exec"), namespace)
        return namespace[DEFINES[self.exercise]]

    def verdict(self, seed):
        """Probe, values, judge; the values go through bytes in between, as when a class is graded."""
        module = checks.exercise(self.exercise)
        task = module.task(seed)
        return module.judge(task, through_bytes(module.probe(self.answer(), task)))

    def check(self, seed):
        verdict = self.verdict(seed)
        names = [finding.name for finding in verdict.findings]
        where = f"{self.exercise}, {self.name}, seed {seed}: {round(10 * verdict.share, 2)} points, {names}"
        assert round(10 * verdict.share, 2) == self.points, where
        assert self.finding in names if self.finding != "-" else not names, where


def labelled(exercise):
    text = (SUBMISSIONS / f"{exercise}.py").read_text(encoding="utf-8")
    found = []
    for chunk in text.split("\n# %% ")[1:]:
        heading, source = chunk.split("\n", 1)
        name, points, finding = (part.strip() for part in heading.split("|"))
        found.append(Labelled(exercise, name, float(points), finding, source))
    return found


def through_bytes(value):
    """The same value after JSON and raw array bytes: whatever is not plain fails here."""
    arrays = []

    def pack(part):
        if isinstance(part, np.ndarray):
            assert part.dtype.kind in "biuf", part.dtype
            arrays.append((part.tobytes(), str(part.dtype), part.shape))
            return {"array": len(arrays) - 1}
        if isinstance(part, dict):
            assert all(type(key) is str for key in part)
            return {key: pack(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [pack(inner) for inner in part]
        assert part is None or type(part) in (bool, int, float, str), type(part)
        return part

    def unpack(part):
        if isinstance(part, dict) and part.keys() == {"array"}:
            data, dtype, shape = arrays[part["array"]]
            return np.frombuffer(data, dtype).reshape(shape).copy()
        if isinstance(part, dict):
            return {key: unpack(inner) for key, inner in part.items()}
        return [unpack(inner) for inner in part] if isinstance(part, list) else part

    return unpack(json.loads(json.dumps(pack(value))))


ALL = [answer for exercise in checks.EXERCISES for answer in labelled(exercise)]
RIGHT = [answer for answer in ALL if answer.points == 10]
WRONG = [answer for answer in ALL if answer.points < 10]


def case_id(answer):
    return f"{answer.exercise}-{answer.name}"


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_there_are_enough_labelled_answers(exercise):
    right = [a for a in RIGHT if a.exercise == exercise]
    wrong = [a for a in WRONG if a.exercise == exercise]
    assert len(right) >= 8
    assert len(wrong) >= 20
    assert len({a.name for a in right + wrong}) == len(right + wrong)
    assert len({ast.dump(ast.parse(a.source)) for a in right + wrong}) == len(right + wrong)


# Every fifth, so that the quick suite stays quick; test-slow grades them all.
@pytest.mark.parametrize("answer", ALL[::5], ids=case_id)
def test_some_labelled_answers_in_the_quick_suite(answer):
    answer.check(seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ALL, ids=case_id)
def test_every_labelled_answer_gets_its_points_and_its_finding(answer):
    for seed in (0, 1, 2):
        answer.check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ALL, ids=case_id)
def test_the_check_in_the_notebook_gives_the_same_points(answer, capsys):
    if answer.finding == "no_answer":
        with pytest.raises(NotImplementedError, match="no answer yet"):
            checks.check(answer.exercise, answer.answer(), points=10)
        return
    assert checks.check(answer.exercise, answer.answer(), points=10) == answer.points
    assert capsys.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("answer", RIGHT, ids=case_id)
def test_no_verdict_on_a_right_answer_hangs_on_the_seed(answer):
    for seed in range(100, 150):
        answer.check(seed)
