"""The vLLM server: environment, process, weights."""
