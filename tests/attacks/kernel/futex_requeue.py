# tries: uses the harder operations of a call that it may make
import ctypes
word = ctypes.c_int(0)
answer = "OUT " + str(ctypes.pythonapi.syscall(202, ctypes.byref(word), 12, 1, 1, ctypes.byref(word), 0))
