"""Questions to answers, and the faces of the project."""
