"""Networks that look at people: faces, expressions, and the joints of a body."""
