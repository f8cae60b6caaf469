"""What IAM refuses and moto accepts.

A rule is a function of moto's IAM backend and of the parameters of a request. It changes nothing,
and returns None or raises Refusal, with the code, the message and the status of the service. The
docstring of its module names the code. Its own names the evidence: botocore's model, the
documentation of IAM, or a response of the service, which is either "recorded", in the files that
the tests compare with, or "reported", published by a user who received it. If the wording is not
known, it follows that of another response, which is named.

``table.py`` lists the rules of each operation, in the order in which the service checks them.
"""
