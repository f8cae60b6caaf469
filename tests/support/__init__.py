"""What the tests share: servers, processes, terminals, and readers of what is generated."""
