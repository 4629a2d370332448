"""Models, one file per library, imported only when a tool loads it."""
