"""Tools about albums: which photos show a thing, how many do, which shows the most, and which are alike."""
