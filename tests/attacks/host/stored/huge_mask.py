# tries: a mask of 10**12 pixels
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = {"type": "mask", "width": 10**6, "height": 10**6, "area": 10**12, "counts": [0, 10**12], "label": "", "score": 1.0}
file.write_text("".join(json.dumps(event) + "\n" for event in events))
