# tries: a sum of thousands
# source: "answer = 1" + "+1" * 15000
