from labels.cloud import Cloud


def test_only_named_labels_are_counted():
    cloud = Cloud(["red,,blue, ", ""])
    assert cloud.count("") == 0
    assert cloud.count("blue") == 1
