# tries: takes capabilities back
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(126, b"\x22\x05\x08\x20\0\0\0\0", b"\xff" * 24))
