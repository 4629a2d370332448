"""Loaders of statements that hold for images or not."""
