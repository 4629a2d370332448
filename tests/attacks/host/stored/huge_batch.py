# tries: a batch of 10**300 calls
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["batch"] = 10**300
file.write_text("".join(json.dumps(event) + "\n" for event in events))
