# tries: becomes root
import ctypes
answer = "OUT " + str(ctypes.pythonapi.setuid(0))
