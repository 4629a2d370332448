# tries: helpers that call each other
# source: "".join(f"def f{k}(x):\n    return f{(k + 1) % 300}([x]) + f{(k + 7) % 300}((x,))\n" for k in range(300)) + "answer = f0(1)"
