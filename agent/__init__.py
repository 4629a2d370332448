"""From questions to answers: the question loop, command line, Python API, and web viewer."""
