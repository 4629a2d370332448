# tries: thousands of decorators
# source: "@GIVE\n" * 5000 + "def f(x):\n    return x\nanswer = f(1)"
