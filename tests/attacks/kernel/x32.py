# tries: uses the numbers of another calling convention
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(0x40000000 | 39))
