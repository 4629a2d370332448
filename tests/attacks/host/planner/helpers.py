# tries: helpers that call helpers twice each
# source: "def f0(x):\n    return GIVE(x)[0]\n" + "".join(f"def f{k}(x):\n    return f{k-1}(f{k-1}(x))\n" for k in range(1, 40)) + "answer = f39('x')"
