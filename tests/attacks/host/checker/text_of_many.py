# tries: thousands of texts beside each other
# source: "answer = " + "'a' " * 7500
