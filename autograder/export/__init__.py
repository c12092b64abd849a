"""Marks out: one table of ours, the learning platforms' own files filled in, and feedback as they take it."""
