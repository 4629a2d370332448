# tries: a number of 9,000 digits in a text for a tool
# source: "b = GIVE(f'{0x" + "f" * 7500 + "}')\nanswer = GIVE('y')"
