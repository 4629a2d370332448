# tries: names that are no text
import os
os.rename(os.fsencode(run), os.fsencode(run) + b"-\xff\n<script>looksmith()</script>".replace(b"/", b"_"))
