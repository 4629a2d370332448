# tries: makes a copy by the C library's vfork
import ctypes
answer = "OUT " + str(ctypes.pythonapi.vfork())
