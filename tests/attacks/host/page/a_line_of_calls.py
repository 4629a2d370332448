# tries: all calls in one line of 30,000 characters
# source: "answer = [" + ", ".join("GIVE('x')" for k in range(2500)) + "]"
