# tries: makes up an image that was never given
import ctypes, struct
body = b"\x97\xa4call\x01\xa4ECHO\x91\xc7\x02\x05\x91\x63\x80\x01\x01"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
