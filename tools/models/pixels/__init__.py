"""Models that give something for each pixel: masks, depth, new pixels."""
