"""Settings, the objects built from them, and the checks of `looksmith doctor`."""
