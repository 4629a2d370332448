"""Translators for programs of other systems."""
