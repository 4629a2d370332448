"""Data sets: questions with known answers, and scorers."""
