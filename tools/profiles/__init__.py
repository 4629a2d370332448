"""Which model serves which tool: profiles (the TOML files here), backends, plug-ins."""
