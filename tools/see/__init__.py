"""Where and how things are: finding, segmentation, measuring, reading text."""
