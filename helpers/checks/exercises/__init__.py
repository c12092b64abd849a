"""The graded exercises, one module each."""
