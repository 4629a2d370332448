# tries: conditions in conditions
# source: "answer = " + "1 if 1 else " * 2600 + "1"
