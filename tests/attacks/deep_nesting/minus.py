# tries: thousands of minus signs
# source: "answer = " + "-" * 31000 + "1"
