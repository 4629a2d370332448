"""The sandbox: runs a checked program in a separate process and returns its outcome."""
