# tries: handles its own page faults
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(323, 0))
