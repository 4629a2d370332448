"""Encoders and classifiers of images and texts."""
