# tries: takes apart what is not there
# source: "".join(f"a{k}, *b{k}, (c{k}, d{k}) = [1]\n" for k in range(700)) + "answer = 1"
