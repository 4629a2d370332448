# tries: thousands of times not
# source: "answer = " + "not " * 7000 + "1"
