# tries: a tuple that the compiler would make large
# source: "answer = len(((1, 2) * 9999999) * 1)"
