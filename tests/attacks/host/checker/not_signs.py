# tries: thousands of negations
# source: "answer = " + "not " * 7000 + "1"
