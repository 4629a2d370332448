# tries: loads another kernel
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(246, 0, 0, None, 0))
