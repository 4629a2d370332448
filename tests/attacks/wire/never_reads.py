# tries: asks for large results and never reads them
import ctypes, struct
body = b"\x97\xa4call\x01\xa3BIG\x90\x80\x01\x01"
for i in range(50):
    ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
while True:
    pass
