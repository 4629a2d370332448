"""Makes the tool calls that a program is certain to need before it asks for them."""
