# tries: boxes that lie nowhere
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
step = next(event for event in events if event["kind"] == "step")
step["result"] = [{"type": "box", "left": a, "top": b, "right": c, "bottom": d, "label": "<script>looksmith()</script>", "score": e} for a, b, c, d, e in [("NaN", 0, 1, 1, 1), (-1e308, -1e308, 1e308, 1e308, "x"), (5, 5, 1, 1, 10**400), (None, [], {}, "", 1)]]
file.write_text("".join(json.dumps(event) + "\n" for event in events))
