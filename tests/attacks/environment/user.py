# tries: asks who it is
import os
answer = "OUT " + str(os.getresuid()) + str(os.getgroups()) + os.getcwd()
