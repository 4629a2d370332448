# tries: a message that is nested a million deep
import ctypes, struct
body = b"\x91" * 10**6
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
