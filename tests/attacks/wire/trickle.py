# tries: sends a message byte by byte, as slowly as it may
import ctypes
ctypes.pythonapi.send(0, b"\x00\x00\x0f\x00", 4, 0)
while True:
    for i in range(10**5):
        pass
    ctypes.pythonapi.send(0, b"\x90", 1, 0)
