"""A user's settings, what is made from them, and what works on this machine."""
