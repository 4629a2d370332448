# tries: imports one function
from os import listdir
answer = "OUT " + str(listdir("/"))
