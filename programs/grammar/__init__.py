"""The grammar of programs for constrained decoding."""
