#!/usr/bin/env bash
# One step of a job: `redfirst action` in its image, not as root, with the runner's engine for sandboxes.
#
# The container sees a copy of the event and three files of its own, nothing else of the runner but the engine's
# socket; what it may tell the job is taken from those files, line by line.
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { echo "redfirst: $*" >&2; }
die() {
    echo "::error title=Redfirst::$*"
    exit 1
}

for name in GITHUB_EVENT_NAME GITHUB_EVENT_PATH GITHUB_OUTPUT GITHUB_STEP_SUMMARY GITHUB_RUN_ID; do
    [ -n "${!name:-}" ] || die "$name is not set: this runs inside a GitHub Actions job"
done
command -v docker >/dev/null || die "this runner has no docker command; Redfirst needs a Linux runner with Docker"
docker version >/dev/null 2>&1 || die "no Docker engine answers on this runner; Redfirst needs one"

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/redfirst.XXXXXXXX")
container=redfirst-$(basename "$work" | tr -dc '[:alnum:]')
# shellcheck disable=SC2317 # called by the trap
finish() {
    # A cancelled job ends this script, and not what it began.
    docker rm --force "$container" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# From a copy, so that the CAs get into the context without being written to the source.
build() { # TAG TARGET
    local context=$work/context
    mkdir -p "$context"
    for part in Dockerfile .dockerignore LICENSE README.md pyproject.toml uv.lock bot handlers workflows policies; do
        cp -r "$source/$part" "$context/"
    done
    if [ -n "${REDFIRST_CA_BUNDLE:-}" ]; then cp "$REDFIRST_CA_BUNDLE" "$context/ca-bundle.crt"; fi
    # The words of a test or a caller, such as a base image that is at hand; split on purpose.
    # shellcheck disable=SC2086
    docker build --quiet --tag "$1" ${2:+--target "$2"} ${REDFIRST_ACTION_BUILD_OPTIONS:-} "$context" >"$work/build.log" 2>&1 || {
        tail -n 30 "$work/build.log" >&2
        die "the image could not be built; its messages are above"
    }
    rm -rf "$context"
}

# By content, so that a runner that is kept builds once for each release.
tag() { # NAME PART…
    local name=$1 all
    shift
    all=$(cd "$source" && find "$@" -type f ! -name '*.pyc' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
    echo "$name:action-$all"
}

ensure() { # TAG TARGET
    docker image inspect "$1" >/dev/null 2>&1 && return
    say "building $1"
    build "$1" "$2"
}

pull() {
    docker image inspect "$1" >/dev/null 2>&1 && return
    docker pull --quiet "$1" || die "the image $1 cannot be pulled"
}

image=${ACTION_IMAGE:-}
if [ -n "$image" ]; then
    pull "$image"
else
    image=$(tag redfirst Dockerfile pyproject.toml uv.lock bot handlers workflows policies)
    ensure "$image" ""
fi
if [ -n "${REDFIRST_SANDBOX_IMAGE:-}" ]; then
    pull "$REDFIRST_SANDBOX_IMAGE"
else
    REDFIRST_SANDBOX_IMAGE=$(tag redfirst-sandbox Dockerfile)
    ensure "$REDFIRST_SANDBOX_IMAGE" sandbox
fi

# Its own files, of its own user: that of the job, or the image's where the job is root.
event=$work/event.json outputs=$work/outputs summary=$work/summary.md
cp "$GITHUB_EVENT_PATH" "$event"
: >"$outputs"
: >"$summary"
mkdir "$work/data"
user=$(id -u):$(id -g)
if [ "$(id -u)" = 0 ]; then
    user=10001:10001
    chown -R "$user" "$work"
fi

options=(
    --rm --init --name "$container" --user "$user" --cap-drop ALL --security-opt no-new-privileges
    --volume "$work:$work" --workdir "$work" --no-healthcheck
    --env "HOME=$work" --env "REDFIRST_DATA_DIR=$work/data" --env REDFIRST_SANDBOX=docker
    --env "GITHUB_EVENT_PATH=$event" --env "GITHUB_OUTPUT=$outputs" --env "GITHUB_STEP_SUMMARY=$summary"
)

# The engine of the runner, and the group that may speak to it.
case ${DOCKER_HOST:-unix:///var/run/docker.sock} in
    unix://*)
        socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
        socket=${socket#unix://}
        options+=(
            --volume "$socket:/var/run/docker.sock" --group-add "$(stat -L -c %g "$socket")"
            --env DOCKER_HOST=unix:///var/run/docker.sock
        )
        ;;
    *) options+=(--env DOCKER_HOST) ;;
esac

export REDFIRST_SANDBOX_IMAGE
ca_bundle=${REDFIRST_CA_BUNDLE:-}
if [ -n "$ca_bundle" ]; then
    options+=(--volume "$(realpath "$ca_bundle"):/ca-bundle.crt:ro" --env REDFIRST_CA_BUNDLE=/ca-bundle.crt)
    unset REDFIRST_CA_BUNDLE
fi

# By name, so that no secret is on a command line; all that is ours, and the keys of the common providers.
pass=(
    GITHUB_EVENT_NAME GITHUB_RUN_ID GITHUB_RUN_ATTEMPT GITHUB_API_URL GITHUB_TOKEN
    GITHUB_REPOSITORY GITHUB_ACTOR GITHUB_ACTOR_ID
    ANTHROPIC_API_KEY OPENAI_API_KEY GEMINI_API_KEY MISTRAL_API_KEY OPENROUTER_API_KEY AZURE_API_KEY AZURE_API_BASE
    AZURE_API_VERSION
)
mapfile -t -O "${#pass[@]}" pass < <(compgen -e REDFIRST_)
for name in "${pass[@]}"; do
    case $name in REDFIRST_DATA_DIR | REDFIRST_SANDBOX | REDFIRST_ACTION_*) continue ;; esac
    # Empty is as good as absent, and hides nothing that the image sets.
    [ -z "${!name:-}" ] || options+=(--env "$name")
done

code=0
# shellcheck disable=SC2086 # words of a test, split on purpose
docker run "${options[@]}" ${REDFIRST_ACTION_RUN_OPTIONS:-} "$image" action </dev/null || code=$?

# Our own three outputs and nothing else, whatever is in the file.
sed -nE '/^(conclusion|pr_url|repro_status)=/p' "$outputs" >>"$GITHUB_OUTPUT"
cat "$summary" >>"$GITHUB_STEP_SUMMARY"
exit "$code"
