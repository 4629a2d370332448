"""Which tool calls of a program can be known before the program comes to them."""
