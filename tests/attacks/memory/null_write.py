# tries: writes where no memory is
import ctypes
ctypes.memset(0, 1, 8)
answer = "OUT"
