# tries: changes the number one for everybody
import ctypes
ctypes.c_int.from_address(id(1) + 24).value = 2
answer = ECHO(1)
