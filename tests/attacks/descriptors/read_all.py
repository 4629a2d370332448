# tries: tries to read from every descriptor
import os
answer = "OUT " + str([os.read(fd, 10) for fd in range(1, 16)])
