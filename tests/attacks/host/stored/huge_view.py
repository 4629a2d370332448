# tries: a view of 10**9 pixels on a small picture
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = {"type": "image", "image": step["arguments"]["image"]["image"], "left": -(10**9), "top": 0, "width": 10**9, "height": 10**9, "original": [10**9, 10**9]}
file.write_text("".join(json.dumps(event) + "\n" for event in events))
