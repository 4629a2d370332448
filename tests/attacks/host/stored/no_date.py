# tries: a date that no clock shows
import json
file = run / "run.json"
record = json.loads(file.read_text())
record["started"] = "9999-12-31T23:59:59.999999-23:59"
file.write_text(json.dumps(record))
