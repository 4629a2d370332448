"""Records of runs: events, stored runs, images."""
