# tries: asks the kernel for its network devices
import _socket
s = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, 0)
answer = "OUT " + str(s.getsockname())
