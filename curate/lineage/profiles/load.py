"""Find a profile by its name or its file, and read it: every mistake at once, each with its line."""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from curate.config.explain import near, report
from curate.config.places import read_file
from curate.core.errors import ConfigError
from curate.lineage.profiles.model import Profile

FOLDER = Path(__file__).parent


class Loaded(NamedTuple):
    """A profile as its file says it."""

    profile: Profile
    sha256: str
    """Digest of the file."""


def names() -> tuple[str, ...]:
    """Return the names of the profiles that come along."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(said: str) -> Loaded:
    """Read the profile of a name, or the YAML or JSON file at a path; ConfigError where it is none."""
    path = FOLDER / f"{said}.yaml" if said in names() else Path(said).expanduser()
    if not path.is_file():
        hint = f"{near(said, names())}, or name the file of a profile of your own"
        raise ConfigError(f"there is no profile {said!r}", where="--profile", hint=hint)
    draft = read_file(path)
    draft.settle()
    try:
        profile = Profile.model_validate(draft.values)
    except ValidationError as error:
        report(error, Profile, draft, ())
        draft.settle()
        raise ConfigError("it is no profile", where=str(path)) from error
    return Loaded(profile, sha256(path.read_bytes()).hexdigest())
