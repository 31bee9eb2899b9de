"""Whether a proof is verified where it was made: the same image, network and walls, or which others."""

from __future__ import annotations

from workflows.ports.sandbox import SandboxFacts

_DIGEST = "@sha256:"
_WITH = " with environment "


def differences(then: SandboxFacts, now: SandboxFacts) -> list[str]:
    """In words; empty where it is the same. Anybody may verify, on another machine, in a later year."""
    pairs = (
        ("kind", then.kind, now.kind),
        ("image", image_of(then), image_of(now)),
        ("network", then.network, now.network),
        ("runtime", then.runtime, now.runtime),
    )
    return [
        f"{name}: {there or 'none'} there, {here or 'none'} here"
        for name, there, here in pairs
        if there != here
    ]


def why_not_same_image(then: SandboxFacts, now: SandboxFacts) -> str:
    """Empty where it is known to be the same: two images of one name may be two."""
    there, here = image_of(then), image_of(now)
    for where, image in (("there", there), ("here", here)):
        if _DIGEST not in image:
            return f"the image {where} is not known by a digest: {image or 'none'}"
    same = there.partition(_DIGEST)[2] == here.partition(_DIGEST)[2]
    return "" if same else f"another image: {there} there, {here} here"


def image_of(facts: SandboxFacts) -> str:
    """What was set up on top of it is made anew on each machine."""
    return facts.image.partition(_WITH)[0]
