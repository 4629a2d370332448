"""Translates VisProg programs."""
