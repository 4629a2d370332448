# tries: reads the keys of the session
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(250, 0, -3, 0, 0, 0))
