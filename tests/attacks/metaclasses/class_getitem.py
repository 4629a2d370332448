# tries: runs code in a subscript of a class
class A:
    def __class_getitem__(cls, key):
        return open(SECRET_FILE).read()
answer = "OUT " + A[1]
