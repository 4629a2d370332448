# tries: a chain of attributes
# source: "answer = x" + ".a" * 15000
