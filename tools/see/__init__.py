"""Where and how things are: found, segmented, measured, read."""
