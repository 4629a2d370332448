"""Detectors of objects, faces and lines of text."""
