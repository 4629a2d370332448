# tries: learns whether a file exists
import os
answer = "OUT " + str(os.stat(SECRET_FILE).st_size)
