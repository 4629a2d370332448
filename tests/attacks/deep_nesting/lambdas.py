# tries: lambdas in lambdas
# source: "answer = " + "lambda: " * 3900 + "1"
