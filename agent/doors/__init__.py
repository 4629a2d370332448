"""How other programs ask: the Python API, and programs written by hand."""
