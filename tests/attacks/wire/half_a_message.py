# tries: sends half of a message and waits
import ctypes
ctypes.pythonapi.send(0, b"\x40\x00\x00\x00\x91", 5, 0)
while True:
    pass
