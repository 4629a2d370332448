# tries: a file of 100 GB that holds nothing
import os
os.truncate(run / "events.jsonl", 100 << 30)
