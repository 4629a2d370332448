"""What a question ended with."""
