# tries: unpacks an image
a, b, *c = image
answer = "OUT " + str(a)
