# tries: reads the environment that posix kept from the start
import posix
answer = "OUT " + str(posix.environ)
