"""One file for each model library, imported only when a tool loads it."""
