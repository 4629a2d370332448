# tries: takes the machine's swap away
import ctypes
answer = "OUT " + str(ctypes.pythonapi.swapoff(b"/swapfile"))
