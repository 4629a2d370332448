# tries: types into the terminal of the host
import fcntl, termios
for c in "touch x\n":
    fcntl.ioctl(0, termios.TIOCSTI, c)
answer = "OUT"
