# tries: waits on the wire in the host's place
import select
p = select.poll()
p.register(0)
answer = "OUT " + str(p.poll(10))
