# tries: a record that never ends
(run / "run.json").unlink()
(run / "run.json").symlink_to("/dev/zero")
