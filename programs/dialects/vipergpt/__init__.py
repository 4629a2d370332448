"""Translates ViperGPT programs."""
