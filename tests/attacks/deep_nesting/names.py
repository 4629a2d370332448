# tries: a name of thirty thousand letters
# source: "x" * 31000 + " = 1\nanswer = 1"
