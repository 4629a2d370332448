# tries: a mapping that runs code when a key is missing
class D(dict):
    def __missing__(self, key):
        return open(SECRET_FILE).read()
answer = "OUT " + "%(x)s" % D()
