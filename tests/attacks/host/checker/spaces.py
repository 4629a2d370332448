# tries: a line of nothing but blanks, and one of tabs
# source: " " * 15000 + "x\n" + "\t" * 15000 + "y"
