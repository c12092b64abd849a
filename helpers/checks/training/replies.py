"""What the probe of a training may report."""

from collections.abc import Mapping
from typing import Any

from helpers.checks.reply import (
    ERROR,
    LEAVINGS,
    LEFT,
    Form,
    Misfit,
    anything,
    array,
    either,
    list_of,
    number,
    one_of,
    optional,
    record,
    some_array,
    truth,
    whole,
)
from helpers.checks.training.probe import most_events


def reply(task: Mapping[str, Any]) -> Form:
    """The form of what the probe may report for this task."""
    runs = {name: _training(run) for name, run in task["runs"].items()}
    return either(record({"not_a_function": one_of(True)}), record({**runs, "left": LEFT}))


def _training(run: Mapping[str, Any]) -> Form:
    inputs, hidden, outputs = run["sizes"]
    count = (inputs + 1) * hidden + (hidden + 1) * outputs
    most = most_events(run)
    batch, place, vector = whole(-1, len(run["batches"]) - 1), whole(0, most), array(count)
    more = {
        "forward": {"batch": batch, "training": truth(), "learns": truth()},
        "loss": {
            **{"batch": batch, "swapped": truth(), "value": number(), "training": truth()},
            **{"learns": truth(), "of_model": truth()},
        },
        "backward": {
            **{"losses": list_of(place, most), "scales": list_of(number(), most)},
            **{"forwards": list_of(place, most), "slopes": list_of(some_array(10_000, 2, 2, "f"), most)},
            "accumulated": optional(vector),
        },
        "zero_grad": {},
        "step": {},
        "end": {"training": truth()},
    }
    known = {
        kind: record({"event": one_of(kind), "weights": vector, "gradient": optional(vector), **parts})
        for kind, parts in more.items()
    }

    def event(value: Any, place: str) -> None:
        kind = value.get("event") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in known:
            raise Misfit(place, "no event of a training")
        known[kind](value, place)

    form = record(
        {
            **{"returned": anything(most, 10 * most), "stopped": truth(), "asked": place},
            "left": LEAVINGS,
            "events": list_of(event, most),
        },
        {"error": ERROR},
    )

    def agreeing(value: Any, place: str) -> None:
        form(value, place)
        events = value["events"]
        if not events and "error" not in value and not value["stopped"]:
            raise Misfit(place, "a training in which nothing happened")
        for k, one in enumerate(events):
            if one["event"] != "backward":
                continue
            if (len(one["losses"]), len(one["forwards"])) != (len(one["scales"]), len(one["slopes"])):
                raise Misfit(f"{place}.events[{k}]", "not one slope for each")
            for kind, places in (("loss", one["losses"]), ("forward", one["forwards"])):
                if any(i >= k or events[i]["event"] != kind for i in places):
                    raise Misfit(f"{place}.events[{k}]", f"it comes to a {kind} that has not been")
            for i, slope in zip(one["forwards"], one["slopes"], strict=True):
                rows = (
                    slope.shape[0] if events[i]["batch"] < 0 else len(run["batches"][events[i]["batch"]][0])
                )
                if slope.shape != (rows, outputs):
                    raise Misfit(f"{place}.events[{k}]", f"slopes of shape {slope.shape}")

    return agreeing
