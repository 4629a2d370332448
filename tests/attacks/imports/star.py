# tries: imports everything of a module
from os import *
answer = "OUT " + str(listdir("/etc"))
