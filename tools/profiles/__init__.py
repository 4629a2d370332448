"""Profiles (TOML files that assign models to tools), backends, and plug-ins."""
