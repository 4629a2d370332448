# tries: puts a field into the specification of another
answer = "OUT " + "{0:{1.__class__}}".format(1, image)
