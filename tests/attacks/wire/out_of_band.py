# tries: sends a byte out of band
import ctypes
answer = "OUT" if ctypes.pythonapi.send(0, b"!", 1, 1) == 1 else "no"
