# tries: makes a copy on a terminal of its own
import pty
answer = "OUT " + str(pty.fork())
