# tries: assigns the name of the built-in functions
__builtins__ = {"len": open}
answer = "OUT " + len(SECRET_FILE).read()
