"""Shared by all commands: options, exit statuses, progress."""
