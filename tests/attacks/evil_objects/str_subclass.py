# tries: a text that changes when it is looked at
class S(str):
    def __str__(self):
        return open(SECRET_FILE).read()
    def __getitem__(self, i):
        return open(SECRET_FILE).read()
answer = "OUT " + str(ECHO(S("a")))
