# tries: starts a worker of its own
import multiprocessing
p = multiprocessing.get_context("fork").Process(target=print)
p.start()
answer = "OUT"
