# tries: text that would be code anywhere else
answer = ECHO("'; import os; os.system('touch " + CANARY_DIR + "/sql') #")
