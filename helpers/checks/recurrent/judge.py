"""The judge of the four models: compares what the probe saw with the trusted reference, and explains."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.findings.anywhere import put_back
from helpers.checks.findings.row import EVERYTHING
from helpers.checks.recurrent.behaviour import defaults, extras, gradients, gradients_only
from helpers.checks.recurrent.case import Case, differs, error_text
from helpers.checks.recurrent.dropout import dropout, from_dropout
from helpers.checks.recurrent.fitted import layers_as_asked, reading_findings, shape_alone, without_fit
from helpers.checks.recurrent.probe import spread, with_rows
from helpers.checks.recurrent.search import find_fit
from helpers.checks.recurrent.spec import Spec
from helpers.checks.recurrent.stopped import reads_every_layer, stopped
from helpers.checks.recurrent.training import training
from helpers.checks.report import Verdict, shape_text
from helpers.checks.running import failed
from helpers.checks.state import KINDS, fresh, left


class Judge(Case):
    """Goes through one answer's values, finding by finding."""

    def judge(self) -> Verdict:
        if "not_a_module" in self.values:
            self.find("not_a_module")
            return self.verdict
        main = self.values["builds"]["main"]
        if "rows" in self.values:
            self.task = with_rows(self.task, self.values["rows"])
            self.find("batch_size_fixed", f"runs with {self.values['rows']} sequences only")
        self._left()
        if not self._runs(main):
            return self.verdict
        self._registered()
        if not main["output"].size:
            got = f"an output of shape {shape_text(main['output'].shape)}, without any number"
            self.find("wrong_shape", got, EVERYTHING, shape=self.shape("main"))
            return self.verdict
        if not np.isfinite(main["output"]).all():
            self.find("not_finite")
            return self.verdict
        if self._classes(main):
            return self.verdict
        random = differs(main["output"], main["reseeded"])
        if self._constant(main, random):
            return self.verdict
        self._state(main)
        name = "main"
        if random and "undropped" in self.values["builds"]:
            undropped = self.values["builds"]["undropped"]
            if not differs(undropped["output"], undropped.get("reseeded")):
                name = "undropped"
        if main["made_in_forward"]:
            self._made_in_forward()
            return self.verdict
        if random and name == "main":
            self._random(main)
            return self.verdict
        fit = find_fit(self, name)
        if fit is None:
            without_fit(self, name)
        else:
            self.found["main"] = fit
            reading_findings(self, *fit, name)
            if "unpacked_as_lstm" in self.names():
                return self.verdict
            gradients(self, *fit, name)
        if "other" in self.values["builds"]:
            self._other()
        training(self, main)
        defaults(self)
        if self.spec.dropout:
            dropout(self, fit)
        extras(self, fit)
        return self.verdict

    def _registered(self) -> None:
        """Does PyTorch see all weights, here and where nobody has shown them to it?"""
        main, (_, full) = self.values["builds"]["main"], self.values["defaults"]
        hidden = [name for build in self.values["builds"].values() for name in build.get("unregistered", [])]
        if hidden:
            self.find("not_registered", "self." + ", self.".join(dict.fromkeys(hidden)))
        elif not failed(full) and len(full) < len(main["parameters"]):
            got = f"{len(full)} of {len(main['parameters'])} weights are seen"
            self.find("not_registered", got)

    def _constant(self, main: Mapping[str, Any], random: bool) -> bool:
        """Does nothing of the input reach the output?"""
        moved, alike = self.values["extras"]["moved"], spread(main["output"]) < 1e-5
        still = isinstance(moved, np.ndarray) and not moved.any()
        # Two things tell of it: the steps one by one, and all of them in another order.
        if (still and random) or (alike and (still or not self._reordered(main))):
            self.find("constant", "random numbers, whatever the input" if random else "")
            return True
        if random and not still and not (isinstance(moved, np.ndarray) and moved[:, 0].all()):
            self.leave("logits", "it could not be seen that they hang on the input")
            self.leave("layers", "what is random in eval mode cannot be compared")
        return False

    def _reordered(self, main: Mapping[str, Any]) -> bool:
        """Are the logits other ones for the sequences read backwards?"""
        return differs(main["output"], self.values["extras"]["backwards"])

    def _left(self) -> None:
        """What the answer has left changed for all that runs after it."""
        leavings = [build["left"] for build in self.values["builds"].values()]
        for name, line in left(self.values["left"], leavings):
            if KINDS[name].harms:
                self.find("state_left", line, what=KINDS[name].words)
            else:
                self.verdict.remarks.append(put_back(name, line))

    def _random(self, main: Mapping[str, Any]) -> None:
        """Eval mode is random whatever the arguments: only what is dropped can tell how the rest is built."""
        fit = from_dropout(self) if self.spec.dropout else None
        if fit is not None:
            self.find("dropout_in_eval")
            reading_findings(self, *fit, "copies")
            training(self, main)
            defaults(self)
            dropout(self, fit)
        else:
            if self.spec.dropout:
                self.find("dropout_in_eval")
            self.find("random_in_eval")
            shape_alone(self, "main")
            for item in ("layers", "norm"):
                if item != "layers" or not layers_as_asked(self, "main"):
                    self.leave(item, "what is random in eval mode cannot be compared")
        gradients_only(self)
        extras(self, None)

    def _runs(self, main: Mapping[str, Any]) -> bool:
        output = main["output"]
        if failed(output):
            stopped(self, main)
            return False
        if not isinstance(output, np.ndarray):
            kind = (
                "None"
                if output is None
                else output.get("type", "dict")
                if isinstance(output, dict)
                else ("a tuple or list" if isinstance(output, list) else type(output).__name__)
            )
            self.find("not_a_tensor", f"forward returned {kind}", shape=self.shape("main"))
            return False
        return True

    def _classes(self, main: Mapping[str, Any]) -> bool:
        """Do classes come out, or yes and no? Then nothing else can be compared."""
        output = main["output"]
        whole = output.dtype.kind in "biu" or (output.any() and np.array_equal(output, np.round(output)))
        if whole:
            kind = main.get("dtype", str(output.dtype)).removeprefix("torch.")
            got = f"{kind} numbers of shape {shape_text(output.shape)}"
            self.find("argmax", got, shape=self.shape("main"))
            if not layers_as_asked(self, "main"):
                self.leave("layers", "classes cannot be compared")
            for item in ("dropout", "norm"):
                self.leave(item, "classes cannot be compared")
        return whole

    def _state(self, main: Mapping[str, Any]) -> None:
        if differs(main["output"], main["again"]):
            again = main["again"]
            got = (
                "other logits for the same input"
                if isinstance(again, np.ndarray)
                else "an error the second time"
            )
            self.find("state_kept", got)

    def _made_in_forward(self) -> None:
        """The rest of an answer whose weights may change from call to call, judged by a single call."""
        main = self.values["builds"]["main"]
        owners = {part["name"].rpartition(".")[0] for part in main["made_in_forward"]}
        kinds = [module["kind"] for module in main["modules"] if module["name"] in owners]
        self.find("made_in_forward", f"made in forward: {', '.join(kinds)}")
        fit = find_fit(self, "main")
        if fit is None:
            without_fit(self, "main")
        else:
            reading_findings(self, *fit, "main")
        defaults(self)
        extras(self, None)

    def _other(self) -> None:
        other = self.values["builds"]["other"]
        asked = self.task["builds"]["other"]["arguments"]["num_layers"]
        if failed(other["output"]):
            got = f"{self.call('other')}: {error_text(other['output'])}"
            if reads_every_layer(self, other):
                self.find("all_layers_read", got)
            elif "all_layers_read" not in self.names():
                self.find("num_layers_fails", got, **self.layers(asked))
                self.leave("output", f"with num_layers={asked} nothing came out that could be compared")
            return
        if not isinstance(other["output"], np.ndarray):
            self.find("wrong_output", f"with num_layers={asked} forward returned no tensor")
            self._other_layers(asked)
            return
        if differs(other["output"], other["reseeded"]):
            self.find("random_in_eval" if self.spec.dropout is None else "dropout_in_eval")
            self._other_layers(asked)
            return
        if self.spec.dropout is None and differs(*other["train_calls"]):
            self.find("dropout_not_asked", f"with num_layers={asked}, other logits each time")
        main = self.found.get("main")
        # Where nothing explains the main model, to look for it again would take as long and find no more.
        fit = main and (find_fit(self, "other", main) or find_fit(self, "other"))
        if fit is not None:
            self.found["other"] = fit
            reading_findings(self, *fit, "other")
            gradients(self, *fit, "other")
        elif "main" in self.found:
            self.find("wrong_output", f"with num_layers={asked} the logits are others than expected")
        if fit is None:
            self._other_layers(asked)

    def _other_layers(self, asked: int) -> None:
        if not layers_as_asked(self, "other"):
            self.leave("layers", f"with num_layers={asked} the layers could not be compared")


def judge(spec: Spec, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
    """The verdict on what `probe.probe` reported for `task`, once it has the form of `replies.reply`."""
    with fresh():
        return Judge(spec, task, values).judge()
