"""What a command has changed in the private IAM: recorded, compared and reported."""
