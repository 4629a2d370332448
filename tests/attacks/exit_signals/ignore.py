# tries: ignores all signals
import signal
for s in range(1, 64):
    signal.signal(s, signal.SIG_IGN)
while True:
    pass
