# tries: looks for descriptors that the fork left open
import os, stat
found = []
for fd in range(1, 1024):
    try:
        found.append(os.fstat(fd))
    except OSError:
        pass
answer = "OUT " + str(found)
