"""looksmith as an MCP server: questions, programs, runs and every vision tool for whoever speaks the protocol."""
