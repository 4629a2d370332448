# tries: a picture with the name of another file
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = {"type": "image", "image": "../../../../../../etc/passwd", "left": 0, "top": 0, "width": 8, "height": 8, "original": [8, 8]}
file.write_text("".join(json.dumps(event) + "\n" for event in events))
