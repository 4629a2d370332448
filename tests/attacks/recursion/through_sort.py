# tries: recursion through a function in C
def f(n):
    return sorted([1, 2], key=lambda x: f(n + 1))
answer = f(0)
