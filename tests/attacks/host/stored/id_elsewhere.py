# tries: an id that leads out of the folder
import json
file = run / "run.json"
record = json.loads(file.read_text())
record["id"] = "../../../etc/passwd"
record["parent"] = record["id"]
file.write_text(json.dumps(record))
