"""Loaders of questions with open answers."""
