from steadily.bucket import Bucket
from steadily.timer import Timer

__all__ = ["Bucket", "Timer"]
