# tries: reads the sandbox's code from the disk
import sys
answer = "OUT " + open(sys.executable, "rb").read(4).decode("latin-1") + open(T.__code__.co_filename).read()[:99]
