"""Why something may be erased, and how a request is referred to: names that the command line knows before all else."""

import re
from typing import Literal

Basis = Literal["pipl-47", "gdpr-17", "ccpa-1798.105", "ip", "contract", "order", "other"]
"""Why something is erased: PIPL art. 47, GDPR art. 17, Cal. Civ. Code 1798.105, rights of others, the contract with the
supplier, an order of a court or authority, anything else."""
TICKET = re.compile(r"[A-Za-z0-9_.:#/+-]{1,100}")
"""A reference, not a story: it is published, so that it must hold no name and no address."""
