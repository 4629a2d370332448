# tries: asks the kernel for memory past Python
import ctypes
libc = ctypes.pythonapi
libc.mmap.restype = ctypes.c_void_p
n = 0
while libc.mmap(None, 1 << 30, 3, 34, -1, 0) != 2**64 - 1 and n < 10**5:
    n += 1
answer = n
