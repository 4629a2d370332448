# tries: 20,000 minus signs
# source: "answer = " + "-" * 20000 + "1"
