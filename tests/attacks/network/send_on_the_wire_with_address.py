# tries: gives the wire's send an address
import ctypes
libc = ctypes.pythonapi
address = b"\x02\x00" + PORT.to_bytes(2, "big") + b"\x7f\x00\x00\x01" + b"\0" * 8
answer = "OUT" if libc.sendto(0, b"out", 3, 0, address, 16) == 3 else "no"
