# tries: extensions in extensions
import ctypes, struct
body = b"\x90"
for i in range(500):
    body = b"\xc9" + struct.pack(">I", len(body) + 1) + b"\x03" + b"\x91" + body
body = b"\x94\xa4done" + body + b"\x80\xa0"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
