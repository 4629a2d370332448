"""How runs spent their time."""
