# tries: an answer of a megabyte in the list
answer = ['y' * 30000 for i in range(30)]
