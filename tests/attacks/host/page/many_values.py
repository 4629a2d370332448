# tries: an answer of 100,000 values
answer = [[i] for i in range(60000)]
