# tries: passes a descriptor over the wire
import _socket, array
s = _socket.socket(fileno=0)
s.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", [0]))])
answer = "OUT"
