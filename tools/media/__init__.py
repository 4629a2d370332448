"""Images and videos: files, crops, geometry, edits, and values as JSON."""
