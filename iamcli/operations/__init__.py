"""What several commands do: lists, work of several steps, recursive deletion, one-time secrets."""
