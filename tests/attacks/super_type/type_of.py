# tries: takes the class of a handle
answer = "OUT " + str(type(image).__mro__)
