# tries: takes the machine's randomness
import os
answer = "OUT " + str(os.getrandom(16))
