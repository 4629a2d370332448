"""The warm engine behind Python: one session answers many questions, with the same models and sandbox."""
