from prices.splitting import split
from prices.tax import gross, net

__all__ = ["gross", "net", "split"]
