# tries: a number of 31,000 bits, written in bits
# source: "answer = 0b" + "1" * 31000
