"""Twins: right answers of `05_by_hand` in which each mistake of its labelled answers can be switched on."""
