# tries: half of a character in a program
# reply: chat("```python\nanswer = '\ud800'\n```")
