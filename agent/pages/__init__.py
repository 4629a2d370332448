"""A run as an HTML page, in a notebook, and in the terminal."""
