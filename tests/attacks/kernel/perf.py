# tries: counts events of the processor, to watch others
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0))
