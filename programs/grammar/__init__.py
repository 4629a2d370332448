"""The language as a grammar for constrained decoding."""
