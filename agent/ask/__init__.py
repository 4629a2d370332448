"""The loop of a question: write programs, check, run, repair, vote, answer."""
