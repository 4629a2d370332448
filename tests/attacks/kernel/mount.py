# tries: mounts a file system
import ctypes
answer = "OUT " + str(ctypes.pythonapi.mount(b"proc", b"/", b"proc", 0, None))
