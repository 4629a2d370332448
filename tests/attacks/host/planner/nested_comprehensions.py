# tries: comprehensions that multiply
# source: "a = [" + "x0 " + " ".join(f"for x{d} in range(500)" for d in range(8)) + "]\nb = GIVE(f'{a[0]}')\nanswer = 1"
