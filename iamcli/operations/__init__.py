"""What becomes of requests: waiting, look-ups, pages, plans, deletion, one-time secrets."""
