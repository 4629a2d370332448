# tries: restarts the machine
import ctypes
answer = "OUT " + str(ctypes.pythonapi.reboot(0x01234567))
