# tries: an index that never ends
(home / "runs.sqlite").symlink_to("/dev/zero")
