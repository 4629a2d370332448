# tries: makes a class without a class statement
A = type("A", (), {"__getattr__": lambda self, name: open(SECRET_FILE).read()})
answer = "OUT " + A().anything
