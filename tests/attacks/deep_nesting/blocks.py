# tries: blocks in blocks
# source: "\n".join(" " * i + "if 1:" for i in range(99)) + "\n" + " " * 99 + "answer = 1"
