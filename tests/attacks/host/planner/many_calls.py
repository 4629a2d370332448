# tries: asks for two million calls
# source: "for a in range(2000):\n" + "    b = GIVE('x')\n" * 1000 + "answer = GIVE('y')"
