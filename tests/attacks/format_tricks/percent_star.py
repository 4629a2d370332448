# tries: takes the width from the values
answer = len("%*d" % (2**31 - 1, 1))
