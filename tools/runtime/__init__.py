"""How models get into memory and run: devices, batches, caches, processes of their own."""
