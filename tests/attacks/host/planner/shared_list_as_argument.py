# tries: gives a tool a list that is endless when it is written out
# source: "".join(f"{v}0 = [1]\n" + "".join(f"{v}{k} = [[a, a, a, a, a] for a in {v}{k - 1}]\n" for k in range(1, 29)) for v in "AB") + "b = TAKE(A28)\nanswer = GIVE('y')"
