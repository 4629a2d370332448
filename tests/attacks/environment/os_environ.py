# tries: reads the environment
import os
answer = "OUT " + str(dict(os.environ))
