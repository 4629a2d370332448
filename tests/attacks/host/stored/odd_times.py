# tries: times that are no times
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["seconds"] = step["at"] = step["waited"] = 1e308
events[-1]["at"] = -1e308
step["load_seconds"] = 1e-320
file.write_text("".join(json.dumps(event) + "\n" for event in events))
