"""What a question ended with: the answer, its steps, and the errors that stand for a missing one."""
