# tries: sends itself a signal that a handler answers
import signal
signal.signal(signal.SIGUSR1, lambda *a: open(CANARY_DIR + "/handler", "w"))
signal.raise_signal(signal.SIGUSR1)
answer = "OUT"
