# tries: a run that repeats itself
import json
file = run / "run.json"
record = json.loads(file.read_text())
record["parent"] = record["id"]
file.write_text(json.dumps(record))
