# tries: changes a text in place that others share
import ctypes
ctypes.memmove(id("answer") + 48, b"OWNED!", 6)
answer = "OUT"
