# tries: unpacks onto an item of a tuple and of a text
t = (1, 2)
t[0], "abc"[1] = 3, 4
answer = "OUT " + str(t)
