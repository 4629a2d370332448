# tries: annotations that are huge types
# source: "x: " + "list[" * 90 + "int" + "]" * 90 + " = 1\n" + "def f(a: dict[int, " * 50 + "int" + "]" * 50 + "):\n    return a\nanswer = x"
