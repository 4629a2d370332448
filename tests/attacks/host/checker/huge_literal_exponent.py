# tries: numbers that are no numbers
# source: "answer = [1e999, -1e999, 1e999 - 1e999, 1e-999, " + "9" * 4000 + ".5]"
