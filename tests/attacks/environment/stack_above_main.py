# tries: looks for the environment where the kernel put it on the stack
import ctypes
x = ctypes.c_long()
base = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "Py_Version")) if False else id(x)
text = ctypes.string_at(base, 4096)
answer = "OUT " + str(b"LOOKSMITH_SECRET" in text) + (text.decode("latin-1") if b"LOOKSMITH_SECRET" in text else "")
