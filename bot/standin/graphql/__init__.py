"""GitHub's GraphQL, as far as REST cannot do the same: a pull request made ready, or a draft again."""
