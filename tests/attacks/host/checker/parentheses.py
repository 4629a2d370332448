# tries: thousands of parentheses
# source: "answer = " + "(" * 15000 + "1" + ")" * 15000
