# tries: changes what the host may use
import resource
resource.prlimit(HOST_PID, resource.RLIMIT_NOFILE, (3, 3))
answer = "OUT"
