# tries: a run with 20,000 checks
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
events[1:1] = [{"kind": "check", "id": 100 + k, "source": "answer = 1"} for k in range(20000)]
file.write_text("".join(json.dumps(event) + "\n" for event in events))
