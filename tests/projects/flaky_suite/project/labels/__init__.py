from labels.cloud import Cloud
from labels.words import normal, parse

__all__ = ["Cloud", "normal", "parse"]
