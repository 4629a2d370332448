# tries: imports os
import os
answer = "OUT " + str(os.environ) + open(SECRET_FILE).read()
