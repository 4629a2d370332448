# tries: tries to write to every descriptor
import os
for fd in range(1, 256):
    os.write(fd, b"out")
answer = "OUT"
