"""The checker: infers types in a program and reports errors."""
