# tries: a record that is 200,000 levels deep
(run / "run.json").write_text("[" * 200000)
