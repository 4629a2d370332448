# tries: makes all readable memory executable
import ctypes
answer = "OUT " + str(ctypes.pythonapi.personality(0x0400000))
