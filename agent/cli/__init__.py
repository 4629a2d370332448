"""The command line interface, `looksmith`."""
