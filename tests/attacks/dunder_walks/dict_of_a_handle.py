# tries: looks for the pixels in the dictionary of an image's handle
answer = "OUT " + str(image.__dict__) + str(image.__slots__)
