"""Checked program to outcome, in a process of its own."""
