# tries: locks memory, so that others have to leave
import ctypes
answer = "OUT " + str(ctypes.pythonapi.mlockall(3))
