# tries: loads a program into the kernel
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(321, 5, ctypes.create_string_buffer(120), 120))
