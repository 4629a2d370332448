# tries: an event that is 200,000 levels deep
(run / "events.jsonl").write_text("{" * 200000 + "\n")
