"""The commands: one module for each kind of entity."""
