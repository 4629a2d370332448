# tries: leaves a key behind
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(248, b"user", b"looksmith", b"x", 1, -4))
