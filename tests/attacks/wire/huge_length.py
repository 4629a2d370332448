# tries: announces four gigabytes
import ctypes
ctypes.pythonapi.send(0, b"\xff\xff\xff\xff", 4, 0)
while True:
    pass
