"""The question loop: write programs, check, run, repair, vote, answer."""
