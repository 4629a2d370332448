"""Finders of things by noun, each on its own model."""
