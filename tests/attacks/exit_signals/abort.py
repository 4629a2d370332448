# tries: aborts
import os
os.abort()
