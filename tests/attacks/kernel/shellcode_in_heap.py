# tries: jumps into data
import ctypes
buffer = ctypes.create_string_buffer(b"\x48\x31\xc0\xb0\x27\x0f\x05\xc3")
answer = "OUT " + str(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(buffer))())
