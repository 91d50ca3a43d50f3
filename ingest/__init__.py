"""Mail in: IMAP and files, parsed, threaded, replies understood."""
