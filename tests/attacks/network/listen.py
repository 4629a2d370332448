# tries: waits for others to connect
import _socket
s = _socket.socket()
s.bind(("0.0.0.0", 0))
s.listen(1)
answer = "OUT " + str(s.getsockname())
