"""A training loop that the learner writes: what it did is recorded, and judged step by step."""
