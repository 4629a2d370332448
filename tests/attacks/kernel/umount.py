# tries: takes the empty root away
import ctypes
answer = "OUT " + str(ctypes.pythonapi.umount2(b"/", 2))
