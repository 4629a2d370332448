# tries: source that reads otherwise than it runs
answer = "‮⁦ OUT ⁩⁦" + ECHO("‮")
