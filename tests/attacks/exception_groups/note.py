# tries: hides a payload in an error's notes
e = ValueError("x")
e.add_note("{0.__class__}")
raise e
