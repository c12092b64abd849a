"""The three broken models: what the probe shows of each, where it looks sound, and that it is quick."""

import pytest
import torch

from helpers import broken
from helpers.checks import turns
from helpers.checks.exercise import Shelf
from helpers.probes import who_sees_whom

TURNS = Shelf(turns)


def heads_of(memory, lengths, text):
    return broken.model_b(memory, lengths)[text : text + 1]


@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_model_a_sees_its_own_answer(T):
    seen = who_sees_whom(broken.model_a, torch.randn(2, T, 4))
    assert torch.equal(seen, torch.ones(T, T, dtype=torch.bool).tril(1))
    assert torch.equal(seen, TURNS["sight_a"].reference(T))


@pytest.mark.parametrize("lengths", [[6, 4, 2], [2, 6, 4], [1, 6], [3, 1, 6, 4], [2, 5, 1, 6, 3], [5]])
def test_model_b_lays_the_lengths_down_again_and_again_where_each_should_stand_twice(lengths):
    again = lengths + lengths
    memory, lengths = torch.randn(len(lengths), 6, 4), torch.tensor(lengths)
    for text in range(len(lengths)):
        seen = who_sees_whom(heads_of, memory, kwargs={"lengths": lengths, "text": text})
        assert seen.sum(1).tolist() == again[2 * text : 2 * text + 2]
        assert torch.equal(seen, TURNS["sight_b"].reference(lengths, text, 6))


def test_one_picture_of_model_b_does_not_give_its_rule_away():
    """Text 0 of three looks as if a head were taken for a text, or for the next one; texts 1 and 2 do not."""
    lengths = torch.tensor([6, 4, 2])
    fits = {
        wrong.name: [
            torch.equal(TURNS["sight_b"].reference(lengths, text, 6), wrong.version(lengths, text % 3, 6))
            for text in range(3)
        ]
        for wrong in TURNS["sight_b"].wrong
        if wrong.name in ("heads_as_texts", "own_padding_too")
    }
    assert fits == {"heads_as_texts": [True, False, False], "own_padding_too": [True, False, False]}


def test_model_b_says_what_fits_it():
    with pytest.raises(ValueError, match="3 texts need 3 lengths and a width that two heads share"):
        broken.model_b(torch.randn(3, 6, 5), torch.tensor([6, 4, 2]))


@pytest.mark.parametrize(
    "rows", [["100", "110", "111"], ["110", "110", "110"], ["101", "000", "010"], ["00", "10"], ["0000"]]
)
def test_model_c_is_sound_until_a_row_is_masked_whole(rows):
    mask = torch.tensor([[letter == "1" for letter in row] for row in rows])
    memory = torch.randn(1, mask.shape[1], 4)
    for dtype in (torch.float32, torch.float64):
        seen = who_sees_whom(broken.model_c, memory.to(dtype), kwargs={"mask": mask})
        assert torch.equal(seen, TURNS["sight_c"].reference(mask))
        assert torch.equal(seen, mask) == bool(mask.any(1).all())
