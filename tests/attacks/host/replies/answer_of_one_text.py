# tries: an answer of a megabyte that is fitted to the question
# reply: chat("```python\nanswer = 'yes no ' * 120000\n```")
