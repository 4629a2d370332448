# tries: a lambda in a lambda
# source: "answer = " + "lambda: " * 3900 + "1"
