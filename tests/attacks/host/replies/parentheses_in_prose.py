# tries: prose with open parentheses
# reply: chat("This is a (sentence: of prose\n" * 1000)
