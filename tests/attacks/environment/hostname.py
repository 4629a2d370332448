# tries: asks for the machine's name
import os
answer = "OUT " + os.uname().nodename
