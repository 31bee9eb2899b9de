"""The forge of `redfirst fix --repo`: a repository on this machine and no GitHub at all."""
