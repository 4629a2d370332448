# tries: connects to a socket that lies in no file system
import _socket
s = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
s.connect("\0" + SOCKET)
s.send(b"out")
answer = "OUT"
