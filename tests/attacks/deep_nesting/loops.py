# tries: more loops in one another than the compiler allows
# source: "\n".join(" " * i + f"for a{i} in [1]:" for i in range(40)) + "\n" + " " * 40 + "answer = 1"
