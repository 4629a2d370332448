"""What is known of a question besides its text: earlier questions to go on from, and what the caller expects."""
