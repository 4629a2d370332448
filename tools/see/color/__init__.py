"""COLOR, and what it is made of."""
