# tries: thousands of boxes to be drawn
answer = [BOXES(image, 1000) for i in range(20)]
