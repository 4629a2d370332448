# tries: an index of 100 GB that holds nothing
import os
open(home / "runs.sqlite", "w").close()
os.truncate(home / "runs.sqlite", 100 << 30)
