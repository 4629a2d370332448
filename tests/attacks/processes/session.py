# tries: leaves the session, so that a signal to the group does not reach it
import os
os.setsid()
answer = "OUT " + str(os.getsid(0))
