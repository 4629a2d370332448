# tries: a type with twice as many members in each line
# source: "a = 1\n" + "".join(f"if a:\n    a = [a, 'x']\nelse:\n    a = (a, None)\n" for k in range(300)) + "answer = a"
