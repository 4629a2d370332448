# tries: a comprehension of many loops
# source: "answer = [1 " + "for a in [1, 2] " * 90 + "]"
