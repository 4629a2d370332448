# tries: opens a file by the newer call
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(437, -100, SECRET_FILE.encode(), ctypes.create_string_buffer(24), 24))
