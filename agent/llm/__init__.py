"""The language model: client, remembered replies, which server to ask."""
