"""A profile's detector against the truth: how good it is, where to set its threshold, and which labels look wrong."""
