# tries: unpacks onto an attribute of a handle
image.width, image.number = 1, 99
answer = "OUT " + str(image.number)
