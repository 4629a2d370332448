# tries: learns about files without opening them
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(303, -100, b"/etc/passwd", ctypes.create_string_buffer(128), 0, 0))
