# tries: sends noise
import ctypes
noise = bytes((i * 7919) % 256 for i in range(4096))
for i in range(1000):
    ctypes.pythonapi.send(0, noise, len(noise), 0)
answer = 1
