# tries: changes the root back
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(155, b".", b"."))
