# tries: a program of 20,000 minus signs in an old run
import json
file = run / "events.jsonl"
events = [json.loads(line) for line in file.read_text().splitlines()]
for event in events:
    if "source" in event and event["kind"] == "execution":
        event["source"] = "answer = " + "-" * 20000 + "1"
file.write_text("".join(json.dumps(event) + "\n" for event in events))
