"""Programs that mean something else than their question: what a small model leaves out, adds or mixes up."""
