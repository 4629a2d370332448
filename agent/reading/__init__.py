"""A stored run as people read it, and two runs side by side."""
