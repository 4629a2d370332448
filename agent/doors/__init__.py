"""Doors to the engine besides Python and the command line. A door translates; it decides nothing."""
