"""Tools for albums: which photos show a thing, how many do, which shows the most, and which look alike."""
