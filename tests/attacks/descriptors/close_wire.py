# tries: closes the wire and goes on in silence
import os
os.close(0)
while True:
    pass
