# tries: loops over a number of 4,300 digits in hexadecimal
# source: "for i in 0x" + "f" * 3600 + ":\n    answer = i"
