"""Serves the calls of programs on a Ray cluster."""
