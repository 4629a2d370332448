"""The language of programs: syntax, types, functions, and diagnostics."""
