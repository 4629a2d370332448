# tries: a picture that never ends
for old in (run / "images").iterdir():
    old.unlink()
    old.symlink_to("/dev/zero")
