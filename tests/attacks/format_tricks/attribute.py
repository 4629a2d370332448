# tries: reads an attribute through a format string
answer = "OUT " + "{0.__class__.__mro__}".format(image)
