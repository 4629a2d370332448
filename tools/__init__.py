"""What a program may call. Imports nothing else of looksmith."""
