# tries: reads the auxiliary vector
import ctypes
g = ctypes.pythonapi.getauxval
g.restype = ctypes.c_char_p
answer = "OUT " + str(g(31)) + str(g(15))
