"""Compares evaluations of the same questions: what became right or wrong, and whether that may be chance."""
