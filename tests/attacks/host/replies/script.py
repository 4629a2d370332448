# tries: a script as the answer
# reply: chat("```python\nanswer = '" + MARK + "'\nprint(answer)\n```" + MARK)
