"""Pictures as people have them: files, addresses, bytes, arrays and pages of PDFs, read by one door."""
