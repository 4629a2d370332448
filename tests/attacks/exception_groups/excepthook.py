# tries: replaces what happens to an error that nobody catches
import sys
sys.excepthook = lambda *a: open(CANARY_DIR + "/hook", "w")
sys.unraisablehook = sys.excepthook
raise SystemError("x")
