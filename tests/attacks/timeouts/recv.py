# tries: waits for a message that never comes
import ctypes
buffer = ctypes.create_string_buffer(1 << 16)
while True:
    ctypes.pythonapi.recv(0, buffer, 1 << 16, 0)
