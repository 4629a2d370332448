# tries: makes packets by hand
import _socket
s = _socket.socket(_socket.AF_INET, _socket.SOCK_RAW, 1)
s.sendto(b"\x08\x00\xf7\xff\x00\x00\x00\x00", ("127.0.0.1", 0))
answer = "OUT"
