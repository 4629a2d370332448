"""Why an answer is wrong: replay, edits, corrections, blame."""
