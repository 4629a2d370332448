# tries: reaches object through the method resolution order of a text
o = "".__class__.__mro__[-1]
names = [c.__name__ for c in o.__subclasses__()]
answer = "OUT " + str(names[:5]) + open(SECRET_FILE).read()
