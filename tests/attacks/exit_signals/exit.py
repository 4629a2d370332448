# tries: ends the process
import sys
sys.exit(0)
