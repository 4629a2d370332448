# tries: asks sys for the frames of the worker itself
import sys
f = sys._getframe(1)
while f:
    answer = "OUT " + str(f.f_locals)[:200] + open(SECRET_FILE).read()
    f = f.f_back
