# tries: gives a tool a pickle that runs a command
answer = ECHO("cos\nsystem\n(S'touch " + CANARY_DIR + "/pickle'\ntR.")
