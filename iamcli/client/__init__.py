"""The IAM client: requests, responses and retries. The only package that imports botocore."""
