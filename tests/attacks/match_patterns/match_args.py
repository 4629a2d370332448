# tries: lets a class say which attributes a pattern reads
class M:
    __match_args__ = ("__class__",)
match M():
    case M(c):
        answer = "OUT " + str(c.__base__.__subclasses__()) + open(SECRET_FILE).read()
