"""Operations of several requests: lists, plans, recursive deletion, one-time secrets."""
