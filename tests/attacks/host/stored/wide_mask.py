# tries: a mask that is one pixel high and 10**9 wide
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = {"type": "mask", "width": 10**9, "height": 1, "area": 10**9, "counts": [0, 10**9], "label": "", "score": 1.0}
file.write_text("".join(json.dumps(event) + "\n" for event in events))
