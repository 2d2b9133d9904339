"""Settings of the blog."""

from .base import *  # noqa: F403
from .base import BLOG_URL, SHOP_URL, site

globals().update(site("blog", BLOG_URL, "shop", SHOP_URL))
