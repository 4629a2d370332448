# tries: waits for a lock that nobody opens
import _thread
l = _thread.allocate_lock()
l.acquire()
l.acquire()
answer = 1
