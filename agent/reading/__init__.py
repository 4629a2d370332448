"""View models for stored runs: one run, or two runs side by side."""
