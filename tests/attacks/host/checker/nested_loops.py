# tries: 90 loops in one another
# source: "x = 1\n" + "".join(f"{' ' * k}for a{k} in [x, [x]]:\n" for k in range(19)) + " " * 19 + "x = [x, a0]\nanswer = x"
