# tries: loads a native library from the disk
import ctypes
answer = "OUT " + str(ctypes.CDLL("libc.so.6"))
