# tries: a call whose parts have other types
import ctypes, struct
body = b"\x97\xa4call\xc0\xc0\xc0\xc0\xc0\xc0"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
