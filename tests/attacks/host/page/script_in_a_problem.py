# tries: a script in what the checker says
# source: "answer = image.foo + '<script>looksmith()</script>' + GIVE('</code><script>looksmith()</script>', 1, 2, 3)"
