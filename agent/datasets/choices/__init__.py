"""Loaders of questions with given choices."""
