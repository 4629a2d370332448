"""Tools of other programs that speak MCP: connected, typed, and asked about before they act."""
