"""The tool READ: text in an image."""
