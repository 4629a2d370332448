# tries: a model whose name is a script
# reply: chat(model=MARK * 100)
