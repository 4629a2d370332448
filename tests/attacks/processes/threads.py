# tries: starts a thread that outlives the program
import _thread
def run():
    while True:
        pass
_thread.start_new_thread(run, ())
answer = 1
