"""Two questions to put to a model: which inputs does each output see, and is it the same layer as torch's?

`who_sees_whom` changes the input at one place and marks where the output moves. `same_as` loads the weights
of one layer into another and compares all that a layer hands out: outputs, gradients and buffers.
"""

from helpers.probes.sameness import Same, same_as
from helpers.probes.sight import who_sees_whom

__all__ = ["Same", "same_as", "who_sees_whom"]
