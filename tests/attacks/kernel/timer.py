# tries: makes a timer that fires for ever
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(222, 0, None, ctypes.byref(ctypes.c_int())))
