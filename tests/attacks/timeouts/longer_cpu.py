# tries: asks for more processor time
import resource
resource.setrlimit(resource.RLIMIT_CPU, (10**6, 10**6))
while True:
    pass
