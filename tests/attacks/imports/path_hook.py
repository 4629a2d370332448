# tries: adds a folder to the import path
import sys
sys.path.insert(0, CANARY_DIR)
import evil
answer = "OUT " + str(evil)
