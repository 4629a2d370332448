# tries: a pipe in the place of a file
import os
(run / "events.jsonl").unlink()
os.mkfifo(run / "events.jsonl")
