# tries: thousands of functions
# source: "def f():pass\n" * 2400 + "answer = 1"
