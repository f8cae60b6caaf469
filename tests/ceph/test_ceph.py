import os


def test_x():
    assert os.environ["CEPH_URL"]
