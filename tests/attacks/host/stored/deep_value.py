# tries: a value that is 5,000 levels deep
import json
file = run / "run.json"
record = json.loads(file.read_text())
record["answer"] = None
file.write_text(json.dumps(record).replace('"answer": null', '"answer": ' + "[" * 5000 + "]" * 5000))
