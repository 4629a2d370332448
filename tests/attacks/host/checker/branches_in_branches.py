# tries: if inside of if
# source: "x = 1\n" + "".join(f"{' ' * k}if x:\n" for k in range(80)) + " " * 80 + "x = [x]\nanswer = x"
