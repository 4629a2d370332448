"""vLLM's server: its environment, its process, its weights."""
