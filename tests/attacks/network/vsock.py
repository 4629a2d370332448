# tries: talks to the machine's host
import _socket
s = _socket.socket(40, _socket.SOCK_STREAM)
s.connect((2, 1024))
answer = "OUT"
