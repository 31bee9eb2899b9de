"""What people do, by what they do it to; `people.StandIn` is all of it together."""
