# tries: maps a file into memory
import os, mmap
answer = "OUT " + mmap.mmap(os.open(SECRET_FILE, 0), 0, prot=mmap.PROT_READ).read().decode()
