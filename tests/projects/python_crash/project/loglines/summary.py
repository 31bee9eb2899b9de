from collections import Counter


def summary(entries):
    """Requests, errors and bytes for each path, the most asked for first."""
    requests, errors, sizes = Counter(), Counter(), Counter()
    for entry in entries:
        path = entry.path.partition("?")[0]
        requests[path] += 1
        errors[path] += entry.is_error
        sizes[path] += entry.size
    return [(path, count, errors[path], sizes[path]) for path, count in requests.most_common()]


def table(rows):
    return "\n".join("%7d %5d %10d  %s" % (count, errors, size, path) for path, count, errors, size in rows)
