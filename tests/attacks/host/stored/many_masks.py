# tries: thousands of masks of a megapixel
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = [{"type": "mask", "width": 1000, "height": 1000, "area": 10**6, "counts": [0, 10**6], "label": "", "score": k / 3000} for k in range(3000)]
file.write_text("".join(json.dumps(event) + "\n" for event in events))
