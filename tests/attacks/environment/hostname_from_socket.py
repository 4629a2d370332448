# tries: asks the socket module for the machine's name
import _socket
answer = "OUT " + _socket.gethostname()
