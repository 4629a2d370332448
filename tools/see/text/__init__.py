"""READ: the text in an image."""
