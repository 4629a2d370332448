# tries: a question of 30 MB
import json
file = run / "run.json"
record = json.loads(file.read_text())
record["question"] = "why " * 8000000
file.write_text(json.dumps(record))
