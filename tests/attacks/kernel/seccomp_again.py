# tries: installs a filter that allows everything
import ctypes
answer = "OUT " + str(ctypes.pythonapi.syscall(317, 1, 0, 0))
