# tries: long broken lines that a hint is looked for in
# source: "answer = " + "a and not b or " * 2000 + "\n" + "if " * 300 + "\n" + "x ==== y" * 100
