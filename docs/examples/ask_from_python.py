"""Ask a question from Python, and read the trace of the run."""

# --8<-- [start:ask]
from looksmith import ask, runs

answer = ask("photo.jpg", "Is the cup on the left or on the right of the spoon?")
print(answer.text, answer.outcome, answer.confidence)

for event in runs.load("last").events:
    if event.kind == "step":
        print(event.line, event.tool, event.result)
# --8<-- [end:ask]
