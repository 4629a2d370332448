# tries: loads a module into the kernel
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(313, 0, b"", 0))
