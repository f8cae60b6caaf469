"""What a command line would do: its requests, permissions and ``aws`` commands. Nothing is sent."""
