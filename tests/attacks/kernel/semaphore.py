# tries: makes semaphores that outlive it
import ctypes
answer = "OUT " + str(ctypes.pythonapi.semget(1234, 1, 0o1666))
