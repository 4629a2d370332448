"""Where the time of runs went."""
