# tries: hangs up the terminal
import ctypes
answer = "OUT " + str(ctypes.pythonapi.vhangup())
