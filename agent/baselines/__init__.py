"""Baselines for programs: the commonest answer, a vision-language model alone, a caption, and a program with a
fallback.
"""
