# tries: replaces what the worker does at the end
import looksmith.sandbox.worker as w
w._variables = lambda *a: {"secret": open(SECRET_FILE).read()}
answer = "OUT"
