# tries: asks for memory that outlives the process
import _posixshmem
answer = "OUT " + str(_posixshmem.shm_open("/looksmith", 66, 0o777))
