import sys

from loglines.parser import parse
from loglines.summary import summary, table


def main(arguments=None):
    paths = sys.argv[1:] if arguments is None else arguments
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as lines:
            print(table(summary(parse(lines))))


if __name__ == "__main__":
    main()
