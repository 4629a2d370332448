"""What can be concluded from the box of a thing alone."""
