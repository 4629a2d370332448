"""What is known about a question besides its text: earlier questions, and what the caller expects."""
