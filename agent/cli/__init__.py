"""The command `looksmith`."""
