"""The HTML pages of the viewer."""
