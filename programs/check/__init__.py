"""The checker: types followed through a program, and what is wrong in it."""
