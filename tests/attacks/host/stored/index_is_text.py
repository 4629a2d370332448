# tries: an index that is none
(home / "runs.sqlite").write_text("<script>looksmith()</script>" * 1000)
