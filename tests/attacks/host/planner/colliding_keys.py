# tries: arguments whose hashes are all the same
# source: "\n".join(f"b = TAKE([{', '.join(str(k * (2**61 - 1)) for k in range(90))}, {n}])" for n in range(9)) + "\nanswer = 1"
