# tries: ends the process at once, with a status that means success
import os
os._exit(0)
