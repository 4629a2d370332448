# tries: a list in a list in a list, in a loop
# source: "x = [1]\nfor i in range(9):\n    x = [x, [x]]\n" * 300 + "answer = x"
