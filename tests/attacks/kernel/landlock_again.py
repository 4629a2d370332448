# tries: makes a more generous rule set
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(444, None, 0, 1))
