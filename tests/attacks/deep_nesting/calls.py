# tries: a chain of calls
# source: "answer = f" + "()" * 15000
