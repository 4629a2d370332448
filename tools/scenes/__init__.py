"""A perfect vision model: tools that look up scene graphs in place of pixels."""
