# tries: calls a huge number
# source: "answer = (0x" + "f" * 3600 + ")(1)"
