# tries: opens a pipe to a command
import os
answer = "OUT " + os.popen("cat /etc/passwd").read()
