"""OpenAI's chat API for programs that speak it, and the HTTP side of the warm service."""
