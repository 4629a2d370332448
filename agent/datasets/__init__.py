"""Questions with known answers: read from files, and how answers are compared."""
