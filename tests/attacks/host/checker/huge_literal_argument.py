# tries: gives a tool a huge number
# source: "answer = BOXES(image, 0x" + "f" * 3600 + ")"
