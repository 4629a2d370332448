"""Compares evaluations of the same questions: what got right, what got wrong, and whether that can be chance."""
