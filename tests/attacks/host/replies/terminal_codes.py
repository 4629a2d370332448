# tries: control characters for the terminal
# reply: chat("\x1b]0;owned\x07```python\nanswer = '\\x1b]0;owned\\x07'\n# \x1b]0;owned\x07\n```")
