# tries: the same key ten thousand times
# reply: b'{"choices": [1], ' + b'"a": 1, ' * 100000 + b'"b": 1}'
