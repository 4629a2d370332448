"""Running models: devices, batches, caches, memory, isolated processes."""
