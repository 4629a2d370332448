"""The Python API's engine: one session answers many questions, with the same models and sandbox."""
