"""Models that give boxes: detectors of things, faces and lines of text."""
