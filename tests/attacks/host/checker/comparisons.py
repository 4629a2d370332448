# tries: one comparison of thousands of values
# source: "answer = 1" + "<1" * 15000
