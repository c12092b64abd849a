"""The order in which files of tests are taken, so that two workers end at about the same time."""

import random
from collections.abc import Iterable
from typing import Any

# Those that take longest come first, so that no worker is left with one of them at the end.
LONGEST = (
    "03_transformer.ipynb",
    "02_cnn.ipynb",
    "01_rnn.ipynb",
    "test_03_transformer.py",
    "test_notebooks.py",
    "test_mutants.py",
    "test_by_hand_judges.py",
    "test_labelled.py",
    "test_mending.py",
    "test_by_hand_mutants.py",
    "test_reply_fuzz.py",
    "test_02_cnn.py",
    "test_loop_faults.py",
    "test_resumed.py",
    "test_nbgrader_round_trip.py",
    "test_hostile.py",
    "test_set_up.py",
    "test_by_hand_class.py",
    "test_a_term.py",
    "test_instructor_docs.py",
    "test_bench.py",
    "test_bounds.py",
    "test_turns.py",
    "test_release_bundle.py",
    "test_exercises_release.py",
    "test_simulate.py",
    "test_intake.py",
    "test_grade.py",
    "test_assignment.py",
    "test_infra.py",
    "test_course_state.py",
    "test_export.py",
    "test_vision.py",
    "test_01_rnn.py",
    "test_plotting.py",
    "test_by_hand_labels.py",
    "test_conftest.py",
    "test_reference.py",
    "test_state.py",
    "test_formgrader.py",
    "test_bounded.py",
    "test_twins_in_use.py",
    "test_01_rnn_twins.py",
    "test_messages.py",
)
# Those that start whole commands, sandboxes or fresh interpreters: `--fast` leaves them out.
OF_COMMANDS = (
    "test_conftest.py",
    "test_exercises_release.py",
    "test_feedback.py",
    "test_grade.py",
    "test_nbval.py",
    "test_release_bundle.py",
    "test_sandbox.py",
    "test_vision.py",
)


def takes_seconds(item: Any) -> bool:
    """Is it marked so, or in a file that starts whole commands?"""
    return item.path.name in OF_COMMANDS or item.get_closest_marker("seconds") is not None


def in_order(items: Iterable[Any], seed: int | None = None) -> list[Any]:
    """The same tests, file by file: the longest first; with a seed files and tests at random."""
    files: dict[Any, list[Any]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    places = {name: place for place, name in enumerate(LONGEST)}
    order = sorted(files, key=lambda path: places.get(path.name, len(places)))
    if seed is not None:
        shuffled = random.Random(seed)
        shuffled.shuffle(order)
        for path in order:
            if path.suffix == ".py":  # the cells of a notebook follow one another
                shuffled.shuffle(files[path])
    return [item for path in order for item in files[path]]
