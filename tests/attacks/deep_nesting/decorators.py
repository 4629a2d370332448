# tries: ten thousand decorators
# source: "@T\n" * 10000 + "def f():\n    pass\nanswer = 1"
