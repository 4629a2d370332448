# tries: makes a queue that outlives it
import ctypes
answer = "OUT " + str(ctypes.pythonapi.msgget(1234, 0o1666))
