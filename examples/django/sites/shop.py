"""Settings of the shop."""

from .base import *  # noqa: F403
from .base import BLOG_URL, SHOP_URL, site

globals().update(site("shop", SHOP_URL, "blog", BLOG_URL))
