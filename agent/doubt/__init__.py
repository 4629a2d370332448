"""Uncertain answers: fragile ones, presuppositions, guesses."""
