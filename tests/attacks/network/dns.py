# tries: asks for a name, so that a server hears of it
import _socket
answer = "OUT " + str(_socket.getaddrinfo("secret.example.com", 80))
