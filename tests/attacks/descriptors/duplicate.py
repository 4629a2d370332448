# tries: keeps a copy of the wire
import os
answer = "OUT " + str(os.dup(0))
