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


@pytest.mark.parametrize("lengths", [[6, 4, 2], [2, 6, 4], [1, 6], [3, 1, 6, 4], [5]])
def test_model_b_cuts_each_head_off_where_the_text_of_its_number_ends(lengths):
    memory, lengths = torch.randn(len(lengths), 6, 2 * len(lengths)), torch.tensor(lengths)
    for text in range(len(lengths)):
        seen = who_sees_whom(heads_of, memory, kwargs={"lengths": lengths, "text": text})
        assert torch.equal(seen, TURNS["sight_b"].reference(lengths, text, 6))
        is_sound = bool((lengths == lengths[text]).all())
        assert is_sound == torch.equal(seen, (torch.arange(6) < lengths[text]).expand_as(seen))


def test_model_b_says_what_fits_it():
    with pytest.raises(ValueError, match="3 texts need 3 lengths and a width that 3 heads share"):
        broken.model_b(torch.randn(3, 6, 4), torch.tensor([6, 4, 2]))


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
