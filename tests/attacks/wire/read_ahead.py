# tries: reads the host's answer before the proxy does
import ctypes
buffer = ctypes.create_string_buffer(100)
ctypes.pythonapi.recv(0, buffer, 100, 0x40)
answer = "OUT " + buffer.raw.decode("latin-1").strip("\0") if buffer.raw.strip(b"\0") else ECHO(1)
