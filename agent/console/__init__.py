"""What commands share: options, exit statuses, progress."""
