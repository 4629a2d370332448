# tries: results of an evaluation of 100 GB
import os, shutil
shutil.copytree(run, home / "evals/a/runs" / run.name)
open(home / "evals/a/results.jsonl", "w").close()
os.truncate(home / "evals/a/results.jsonl", 100 << 30)
