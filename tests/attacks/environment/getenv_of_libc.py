# tries: reads the environment behind Python's back
import ctypes
g = ctypes.pythonapi.getenv
g.restype = ctypes.c_char_p
answer = "OUT " + str([g(n) for n in (b"LOOKSMITH_SECRET", b"PATH", b"HOME", b"USER")])
