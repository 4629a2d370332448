# tries: makes up the number of an image
h = image
h.number = 1
answer = ECHO(h)
