"""Two sites, the shop and the blog, that share their sign-on and nothing else."""
