"""The profiles that come along, as TOML files."""
