# tries: walks the environment in the C library's memory
import ctypes
e = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.pythonapi, "environ")
answer = "OUT " + str([e[i] for i in range(3) if e[i]])
