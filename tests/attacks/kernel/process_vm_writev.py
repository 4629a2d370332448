# tries: writes into the host's memory
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(311, HOST_PID, None, 0, None, 0, 0))
