# tries: makes a copy with the system call
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(56, 17, 0, 0, 0, 0))
