"""The result of a question: the answer, its steps, and errors for missing answers."""
