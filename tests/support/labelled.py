"""Reads the labelled answers of tests/submissions/, and grades them as a class is graded."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch_state import unharmed

from helpers import checks

SUBMISSIONS = Path(__file__).resolve().parents[1] / "submissions"
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
    findings: tuple[str, ...]
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
        with unharmed():
            values = module.probe(self.answer(), task)
        return module.judge(task, through_bytes(values))

    def check(self, seed):
        verdict = self.verdict(seed)
        names = [finding.name for finding in verdict.findings]
        where = f"{self.exercise}, {self.name}, seed {seed}: {round(10 * verdict.share, 2)} points, {names}"
        assert round(10 * verdict.share, 2) == self.points, where
        assert set(self.findings) <= set(names), where
        assert not names if self.points == 10 else names, where


def labelled(exercise):
    found = []
    fresh = SUBMISSIONS / f"fresh_{exercise}.py"  # of those who had not seen the judge, where there are any
    for path in (SUBMISSIONS / f"{exercise}.py", *[fresh] * fresh.exists()):
        for chunk in path.read_text(encoding="utf-8").split("\n# %% ")[1:]:
            heading, source = chunk.split("\n", 1)
            name, points, findings = (part.strip() for part in heading.split("|"))
            names = () if findings == "-" else tuple(findings.split(", "))
            found.append(Labelled(exercise, name, float(points), names, source))
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


ALL = [answer for exercise in DEFINES for answer in labelled(exercise)]
RIGHT = [answer for answer in ALL if answer.points == 10]
WRONG = [answer for answer in ALL if answer.points < 10]


def case_id(answer):
    return f"{answer.exercise}-{answer.name}"
