# tries: a huge number as a key
# source: "x = {1: 2}\nif x[0x" + "f" * 3600 + "]:\n    answer = 1"
