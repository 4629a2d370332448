"""OpenAI's chat API, and the HTTP side of the warm service."""
