# tries: a run without events
(run / "events.jsonl").unlink()
