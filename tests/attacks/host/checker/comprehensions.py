# tries: hundreds of clauses in one comprehension
# source: "answer = [1 " + " ".join(f"for a{k} in [1] if a{k}" for k in range(1000)) + "]"
