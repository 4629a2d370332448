# tries: a mask whose runs say something else than its size
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = {"type": "mask", "width": 8, "height": 8, "area": 64, "counts": [0, 2**62, -5, 2**62], "label": "", "score": 1.0}
file.write_text("".join(json.dumps(event) + "\n" for event in events))
