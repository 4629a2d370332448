"""Tools about videos: when, how often and how long something is seen, how many there are, and how they move."""
