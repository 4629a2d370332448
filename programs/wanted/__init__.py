"""The context of a question: earlier questions, and the type of answer that the caller expects."""
