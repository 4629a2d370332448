"""Answers that hold only half: fragile ones, presumptions, guesses."""
