# tries: opens with the system call
import os
answer = "OUT " + os.read(os.open(SECRET_FILE, os.O_RDONLY), 100).decode()
