# tries: more statements than anyone writes
# source: "\n".join("answer = 1" for i in range(2900))
