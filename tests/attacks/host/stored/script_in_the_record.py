# tries: a script in every text of the record
import json
file = run / "run.json"
record = json.loads(file.read_text())
record.update({key: "<script>looksmith()</script>" for key in ("question", "model", "message", "expected", "original") if key in record})
file.write_text(json.dumps(record))
