# tries: calls a tool that was not given, past the proxies
import ctypes, struct
body = b"\x97\xa4call\x01\xa5SHELL\x90\x80\x01\x01"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
