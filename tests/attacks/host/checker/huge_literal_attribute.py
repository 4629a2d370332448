# tries: an attribute of a huge number
# source: "answer = (0x" + "f" * 3600 + ").foo"
