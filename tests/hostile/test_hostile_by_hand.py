"""05_by_hand, graded as one class of students who misbehave: what holds for 04_exercises holds here too."""

import pytest
from exercises_by_hand import BY_HAND, FUNCTION
from test_hostile import (  # noqa: F401 - the same tests of another class
    check_outcome,
    graded_class,
    test_attacks_ran_and_found_nothing,
    test_every_enrolled_student_has_a_row,
    test_no_source_came_out,
    test_no_treasure_came_out,
    test_nothing_was_changed,
    test_nothing_was_done_outside,
    test_results_are_small,
)

pytestmark = [pytest.mark.hostile, pytest.mark.bubblewrap]


@pytest.fixture(scope="module")
def graded():
    with graded_class(FUNCTION, BY_HAND) as found:
        yield found


@pytest.mark.parametrize("one", BY_HAND, ids=lambda one: one.name)
def test_outcome(graded, one):
    check_outcome(graded, one)
