# tries: an answer of thousands of values that is voted on
# reply: chat("```python\nanswer = [[i, [i]] for i in range(40000)]\n```")
