"""looksmith as an MCP server: questions, programs, runs and every vision tool for MCP clients."""
