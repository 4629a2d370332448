# tries: a value of a type that msgpack knows and programs do not
import ctypes, struct
body = b"\x94\xa4done\xd6\xff\x00\x00\x00\x01\x80\xa0"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
