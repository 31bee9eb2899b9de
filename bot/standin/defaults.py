"""Where counting starts, what a new repository has, and what an app subscribes to."""

# Each kind starts elsewhere, so that an id of the wrong kind finds nothing instead of a neighbour.
FIRST_IDS = {
    "user": 1001, "repository": 5001, "label": 20001, "issue": 300001, "comment": 400001,
    "pull": 500001, "review": 600001, "review_comment": 650001, "reaction": 700001,
    "event": 750001, "check_suite": 800001, "check_run": 820001, "status": 840001, "workflow": 860001,
    "workflow_run": 870001, "hook": 8001, "delivery": 900001,
}  # fmt: skip

DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)

APP_EVENTS = (
    "issues", "issue_comment", "pull_request", "pull_request_review", "pull_request_review_comment", "push",
    "check_run", "check_suite", "status", "workflow_run", "workflow_dispatch",
    "repository",
)  # fmt: skip
