"""Model weights: store, sources, hub snapshots."""
