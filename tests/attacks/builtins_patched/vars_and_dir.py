# tries: looks at everything that there is
answer = "OUT " + str(vars()) + str(dir(image))
