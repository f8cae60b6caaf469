"""The IAM service: requests, responses and retries."""
