"""Models that give vectors or class scores of images and texts."""
