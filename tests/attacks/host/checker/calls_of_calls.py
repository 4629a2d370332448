# tries: calls what a call gives, thousands of times
# source: "answer = GIVE" + "()" * 15000
