"""What the box of a thing tells by itself."""
