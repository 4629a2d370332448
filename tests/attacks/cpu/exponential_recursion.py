# tries: two calls in each call
def f(n):
    return 1 if n < 1 else f(n - 1) + f(n - 1)
answer = f(100)
