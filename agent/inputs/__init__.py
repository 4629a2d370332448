"""The inputs of a question: images and additional values, read from files."""
