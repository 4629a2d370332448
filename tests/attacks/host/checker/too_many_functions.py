# tries: 100,000 functions: longer than any program
# source: "def f():pass\n" * 100000 + "answer = 1"
