# tries: reads the kernel's log
import ctypes
buffer = ctypes.create_string_buffer(4096)
answer = "OUT " + str(ctypes.pythonapi.klogctl(3, buffer, 4096)) + buffer.value.decode("latin-1")
