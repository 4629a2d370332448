# tries: lists in lists in the source
# source: "answer = " + "[" * 90 + "]" * 90
