# tries: says that the program is done while it goes on
import ctypes, struct
body = b"\x94\xa4done\xa6forged\x80\xa0"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
while True:
    pass
