"""Corrects what moto lacks or does otherwise than the service.

Each correction is a function with its source: the API reference, botocore's model of IAM, or a
recorded response ("recorded"). It takes moto's backend of IAM, and the parameters of a request or
those of the method that it replaces. It works with moto 5.1 and 5.2. What the service refuses is in
``iamcli.cli.sandbox.rules``.
"""
