# tries: connects to the host
import _socket
s = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
s.connect(("127.0.0.1", PORT))
s.send(b"out")
answer = "OUT"
