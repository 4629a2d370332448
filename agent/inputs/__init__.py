"""What a question is about: images and further values, read from files."""
