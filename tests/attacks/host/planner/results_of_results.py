# tries: calls on results of calls, twice as many each time
# source: "a0 = GIVE('x')\n" + "".join(f"a{k} = [c for b in a{k-1} for c in GIVE(b)]\n" for k in range(1, 40)) + "answer = len(a39)"
