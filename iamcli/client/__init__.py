"""The IAM client: sends requests and reads their responses with parts of botocore."""
