# tries: uses a built-in class to look at its own methods
answer = "OUT " + str(dict.fromkeys(["a"])) + str(str.mro()) + str(int.from_bytes)
