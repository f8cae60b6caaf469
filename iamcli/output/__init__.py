"""Output: the standard streams, line formats, redaction of secrets, and QR codes."""
