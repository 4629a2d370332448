"""Executes tool calls on a Ray cluster."""
