# tries: waits in the kernel
import ctypes
word = ctypes.c_int(0)
ctypes.pythonapi.syscall(202, ctypes.byref(word), 0, 0, None, None, 0)
answer = 1
