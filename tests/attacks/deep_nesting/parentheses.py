# tries: a thousand parentheses
# source: "answer = " + "(" * 1000 + "1" + ")" * 1000
