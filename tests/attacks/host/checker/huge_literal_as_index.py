# tries: a huge number as an index
# source: "x = [1]\nx[0x" + "f" * 3600 + "] += 1\nanswer = 1"
