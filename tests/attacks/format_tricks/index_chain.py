# tries: walks items and attributes of a tool in one format string
answer = "OUT " + "{0.__globals__[__builtins__]}".format(T)
