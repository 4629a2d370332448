# tries: a source of ten megabytes
# source: "answer = '" + "x" * 10**7 + "'"
