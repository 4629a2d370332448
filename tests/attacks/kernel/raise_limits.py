# tries: raises its own limits
import resource
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
answer = len(bytearray(10**10))
