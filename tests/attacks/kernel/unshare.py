# tries: makes a user namespace, in which it would be root
import ctypes
answer = "OUT " + str(ctypes.pythonapi.unshare(0x10000000))
