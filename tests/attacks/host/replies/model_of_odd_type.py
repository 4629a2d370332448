# tries: a model whose name is a list
# reply: chat(model=[1, {"a": 2}])
