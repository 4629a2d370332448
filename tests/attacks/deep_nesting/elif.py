# tries: an endless chain of elif
# source: "if 0:\n    answer = 1\n" + "elif 0:\n    answer = 1\n" * 1300
