"""What a question says about its answer, and whether a program agrees with it."""
