# tries: 50,000 boxes in one step
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = [{"type": "box", "left": k, "top": 0, "right": k + 1, "bottom": 1, "label": "a", "score": 1.0} for k in range(50000)]
file.write_text("".join(json.dumps(event) + "\n" for event in events))
