"""The language model: client, cached replies, choice of server."""
