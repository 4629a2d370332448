# tries: loops in loops around one call
# source: "".join(f"{' ' * d}for a{d} in range(1000):\n" for d in range(6)) + "      b = GIVE('x')\nanswer = GIVE('y')"
