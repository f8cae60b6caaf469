"""The 69 commands of the legacy AWS IAM Command Line Toolkit, over botocore."""

__version__ = "1.0.0.dev0"
