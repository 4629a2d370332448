# tries: damages the heap of the C library
import ctypes
libc = ctypes.pythonapi
libc.malloc.restype = ctypes.c_void_p
p = ctypes.c_void_p(libc.malloc(64))
libc.free(p)
libc.free(p)
answer = "OUT"
