"""The language of programs: syntax, types, functions, and how mistakes are told."""
