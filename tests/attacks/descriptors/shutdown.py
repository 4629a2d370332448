# tries: shuts the wire down for the other side
import ctypes
answer = "OUT" if ctypes.pythonapi.shutdown(0, 2) == 0 else "no"
