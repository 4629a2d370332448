# tries: a program in the list that cannot be parsed
# source: "answer = " + "-" * 6000 + "1"
