# tries: maps the first page, for the kernel to stumble over
import ctypes
libc = ctypes.pythonapi
libc.mmap.restype = ctypes.c_void_p
answer = str(libc.mmap(ctypes.c_void_p(0), 4096, 3, 0x32, -1, 0))
