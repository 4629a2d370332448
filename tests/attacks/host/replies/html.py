# tries: a page in place of a reply
# reply: b"<html><script>looksmith()</script></html>"
