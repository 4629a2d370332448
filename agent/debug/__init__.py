"""Debugging of wrong answers: replay, edits, corrections, blame."""
