"""Tools of MCP servers: connected, typed, and with consent before they act."""
