# tries: a sum of thousands of terms
# source: "answer = 1" + "+1" * 15000
