"""Reads pictures: files, addresses, bytes, arrays and pages of PDFs."""
