# tries: a problem in each of thousands of lines
# source: "x = image.foo + 1\n" * 1600 + "answer = x"
