# tries: finds modules with a finder of its own
import sys
class F:
    def find_spec(self, name, path, target=None):
        open(CANARY_DIR + "/finder", "w")
sys.meta_path.insert(0, F())
import anything
answer = "OUT"
