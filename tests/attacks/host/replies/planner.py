# tries: a program that the planner would choke on
# reply: chat("```python\n" + "".join(f"{v}0 = [1]\n" + "".join(f"{v}{k} = [[a, a, a, a, a] for a in {v}{k - 1}]\n" for k in range(1, 29)) for v in "AB") + "if A28 == B28:\n    b = GIVE('x')\nanswer = 1\n```")
