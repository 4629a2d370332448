# tries: helpers that call helpers twice each, with a new type each time
# source: "def f0(x):\n    return [x]\n" + "".join(f"def f{k}(x):\n    return f{k-1}(f{k-1}(x))\n" for k in range(1, 300)) + "answer = f299(1)"
