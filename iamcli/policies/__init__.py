"""Policy documents, and policies that a shell took apart."""
