# tries: lets a trace function see every frame
import sys
seen = []
def trace(frame, event, argument):
    seen.append(frame.f_code.co_filename)
    return trace
sys.settrace(trace)
T(image)
answer = "OUT " + str(seen) + open(SECRET_FILE).read()
