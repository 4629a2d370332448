"""What is recorded of a run: events, the stored run, its pictures."""
