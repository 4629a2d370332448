# tries: changes a tool's attributes
T.__name__ = "ECHO"
T.__defaults__ = (1,)
answer = "OUT"
