"""Entry points for other code: the Python API, and programs written by hand."""
