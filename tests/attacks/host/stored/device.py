# tries: a link to a device that never ends
(run / "events.jsonl").unlink()
(run / "events.jsonl").symlink_to("/dev/zero")
