# tries: asks about the machine
import ctypes
answer = "OUT " + str(ctypes.pythonapi.sysinfo(ctypes.create_string_buffer(128)))
