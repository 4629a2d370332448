# tries: makes a text of 48 GB out of others
# source: 'L0 = ["' + "x" * 2000 + '"]\n' + "".join(f'L{k} = [f"{"{a}" * 30}" for a in L{k - 1}]\n' for k in range(1, 6)) + "if len(L5[0]) > 5:\n    b = GIVE('x')\nanswer = 1"
