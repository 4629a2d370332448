# tries: gets at an object through a descriptor
class A:
    @property
    def secret(self):
        return open(SECRET_FILE).read()
answer = "OUT " + A().secret
