# tries: a type twice as large in each line
# source: "x0 = (1, 'a')\n" + "".join(f"x{k} = (x{k-1}, x{k-1})\n" for k in range(1, 700)) + "answer = x699"
