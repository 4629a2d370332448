# tries: many long variables
a = "x" * 10**6
b = [a, a, a, a, a]
c = [b, b, b, b, b]
d = {"c": c, "b": b}
answer = 1
