# tries: reads the arguments of the process
import sys
answer = "OUT " + str(sys.orig_argv) + str(sys.argv) + str(sys.flags)
