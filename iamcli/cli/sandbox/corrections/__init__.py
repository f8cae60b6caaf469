"""Corrects what moto lacks or does otherwise than the service.

Each correction is a function with its source: the API reference, botocore's model of IAM, or a
recorded response ("recorded"). It takes moto's backend of IAM and a request, and returns the
members of the response. It works with moto 5.1 and 5.2. What the service refuses is in
``iamcli.cli.sandbox.rules``, unless it depends on the caller or on what the correction finds.
"""
