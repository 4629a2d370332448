# tries: looks for secrets that the zygote may have left in memory
import gc
found = [o for o in gc.get_objects() if isinstance(o, dict) and any("LOOKSMITH_SECRET" in str(k) for k in o)]
answer = "OUT " + str(found) if found else "nothing"
