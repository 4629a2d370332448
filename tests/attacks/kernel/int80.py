# tries: uses the 32-bit gate, in code of its own
import ctypes
libc = ctypes.pythonapi
libc.mmap.restype = ctypes.c_void_p
code = libc.mmap(None, 4096, 7, 34, -1, 0)
ctypes.memmove(code, b"\xb8\x14\x00\x00\x00\xcd\x80\xc3", 8)
answer = "OUT " + str(ctypes.CFUNCTYPE(ctypes.c_int)(code)())
