"""Text to checked program."""
