# tries: numbers that no float holds
import json
file = run / "run.json"
record = json.loads(file.read_text())
record["timing"] = {key: 10**400 for key in record.get("timing", {})}
file.write_text(json.dumps(record))
