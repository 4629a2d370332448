# tries: makes a list pretend to be another class
x = [1]
x.__class__ = image.__class__
answer = "OUT " + str(x)
