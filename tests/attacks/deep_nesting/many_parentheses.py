# tries: ten thousand parentheses
# source: "answer = " + "(" * 10000 + "1" + ")" * 10000
