# tries: connects over the other protocol
import _socket
s = _socket.socket(_socket.AF_INET6, _socket.SOCK_STREAM)
s.connect(("::1", PORT))
answer = "OUT"
