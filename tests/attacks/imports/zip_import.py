# tries: imports from an archive
import zipimport
answer = "OUT " + str(zipimport.zipimporter(CANARY_DIR + "/x.zip"))
