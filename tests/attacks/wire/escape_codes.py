# tries: an error whose name and text are commands for a terminal
import ctypes, struct
body = b"\x96\xa6raised\xa5\x1b[31m\xa5\x1b]0;x\x01\x80\xa5\x1b[2Jx"
ctypes.pythonapi.send(0, struct.pack("<I", len(body)) + body, len(body) + 4, 0)
answer = 1
