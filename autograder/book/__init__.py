"""nbgrader's book, written with our results."""
