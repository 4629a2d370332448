"""The list of runs and of evaluations: an index, queries on it, and the numbers of an evaluation."""
