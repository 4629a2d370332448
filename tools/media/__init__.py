"""Images and videos: files, crops, geometry, edits, and JSON conversion of values."""
