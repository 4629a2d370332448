# tries: thousands of variables
# source: "\n".join(f"variable{k} = [{k}, '{k}']" for k in range(1000)) + "\nanswer = 1"
