"""Where the weights of models come from: store, sources, snapshots."""
