# tries: takes modules that are already loaded
import sys
answer = "OUT " + str(sys.modules["posix"].listdir("/"))
