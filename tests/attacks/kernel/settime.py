# tries: changes the clock
import ctypes
answer = "OUT " + str(ctypes.pythonapi.settimeofday(ctypes.create_string_buffer(16), None))
