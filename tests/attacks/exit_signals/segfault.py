# tries: reads memory that is not there
import ctypes
answer = ctypes.string_at(0)
