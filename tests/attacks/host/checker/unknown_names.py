# tries: thousands of unknown names, each like others
# source: "answer = [" + ", ".join(f"GIVEE{k}" for k in range(3300)) + "]"
