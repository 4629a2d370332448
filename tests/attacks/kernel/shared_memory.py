# tries: makes memory that outlives it
import ctypes
answer = "OUT " + str(ctypes.pythonapi.shmget(1234, 4096, 0o1666))
