"""Corrections that count: programs that people corrected become examples, and what that changes."""
