# tries: asks for rights
import os
answer = "OUT " + str(os.access(SECRET_FILE, os.R_OK))
