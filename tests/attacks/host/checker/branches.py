# tries: thousands of branches, each of which sets another type
# source: "x = 1\n" + "".join(f"if x:\n    x = {['1', repr(chr(97)), '[1]', '(1, 2)', 'None'][k % 5]}\n" for k in range(900)) + "answer = x"
