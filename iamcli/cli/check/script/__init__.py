"""What a script contains: its parser, its words, and how they are followed."""
