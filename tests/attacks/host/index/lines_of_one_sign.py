# tries: 16,000 lines in one row of the list
# source: "\n" * 16000 + "answer = 1"
