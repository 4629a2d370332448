# tries: variables with names of thousands of characters
# source: "\n".join("v" * 3000 + f"{k} = {k}" for k in range(10)) + "\nanswer = 1"
