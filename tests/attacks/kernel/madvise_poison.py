# tries: tells the kernel that memory is broken
import ctypes
libc = ctypes.pythonapi
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, 4096, 3, 34, -1, 0)
answer = str(libc.madvise(ctypes.c_void_p(page), 4096, 100))
