# tries: a run with 20,000 steps
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
events[2:2] = [{**step, "id": 100 + k} for k in range(20000)]
file.write_text("".join(json.dumps(event) + "\n" for event in events))
