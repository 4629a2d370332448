# tries: sends a datagram, which landlock does not see
import _socket
s = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
s.sendto(b"out", ("127.0.0.1", PORT))
answer = "OUT"
