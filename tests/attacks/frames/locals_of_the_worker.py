# tries: changes the local variables of the worker's own function
import sys, ctypes
f = sys._getframe(1)
f.f_locals["source"] = "answer = 1"
ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(f), ctypes.c_int(0))
answer = "OUT " + open(SECRET_FILE).read()
