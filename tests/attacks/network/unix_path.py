# tries: connects to a socket in the file system
import _socket
s = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
s.connect(SOCKET)
s.send(b"out")
answer = "OUT"
