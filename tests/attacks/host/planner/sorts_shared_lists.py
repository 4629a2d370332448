# tries: sorts lists that share all their parts
# source: "".join(f"{v}0 = [1]\n" + "".join(f"{v}{k} = [[a, a, a, a, a] for a in {v}{k - 1}]\n" for k in range(1, 29)) for v in "AB") + "b = sorted([A28, B28])\nc = TAKE(b)\nanswer = GIVE('y')"
