# tries: a program of 32,000 characters in the list
# source: "# " + "z" * 31900 + "\nanswer = 1"
