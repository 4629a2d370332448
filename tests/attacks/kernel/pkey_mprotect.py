# tries: the same by the newer call
import ctypes
page = ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p).value & ~4095
answer = "OUT " + str(ctypes.pythonapi.syscall(329, ctypes.c_void_p(page), 4096, 7, -1))
