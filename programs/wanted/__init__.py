"""What a caller wants besides the question's text: the type of the answer, and earlier questions to go on from."""
