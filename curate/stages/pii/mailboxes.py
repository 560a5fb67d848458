"""What has the shape of a mailbox and is nobody's: those of offices and machines, examples, names of files."""

import re

from curate.stages.pii.checks import words
from curate.stages.pii.reasons import Reason

EXAMPLE_DOMAIN = re.compile(r"(?:\A|\.)(?:example(?:\.(?:com|org|net))?|invalid|test|localhost)\Z")
"""Names that nobody can register (RFC 2606, RFC 6761); `example` below any other domain is somebody's."""
ROLES = words(
    "noreply no-reply donotreply do-not-reply postmaster mailer-daemon abuse git webmaster hostmaster info "
    "support security psirt cert csirt soc contact sales service services servicedesk helpdesk help central "
    "press media office hr jobs careers marketing orders billing feedback enquiries inquiries privacy legal "
    "compliance kefu admin administrator productsecurity"
)
"""Names of mailboxes that answer for an organisation or a machine (RFC 2142 and custom), not for a person."""
ROLE_ENDING = re.compile(
    "(?:support|service|servicedesk|helpdesk|security|psirt|csirt|noreply|webmaster|customercare|hotline|"
    "enquiries)s?\\Z"
)
"""How the names of other such mailboxes end: no family is called so."""
APART = re.compile("[._+-]")
NOT_A_TLD = words(
    "service socket timer target mount png jpg jpeg gif svg webp ico css js ts json xml html htm php "
    "dll exe gz tar deb rpm jar log txt yaml yml cfg conf local lan internal"
)
"""Endings of files and of names within a network; not those that are domains too: md, py, so, zip."""
SURNAMES = frozenset({"jobs", "press"})
"""Names of mailboxes that are families, too: behind a point they are not taken for an office."""


def is_public_mailbox(text: str, start: int, end: int) -> Reason:
    """Give the reason where a mailbox answers for an organisation, is an example, or a file such as a@2x.png."""
    local, _, domain = text[start:end].lower().rpartition("@")
    last = domain.rpartition(".")[2]
    parts = APART.split(local)
    is_surname = parts[-1] in SURNAMES and "." in local
    if local in ROLES or parts[0] in ROLES or (parts[-1] in ROLES and not is_surname) or ROLE_ENDING.search(local):
        return "role_mailbox"
    if last in NOT_A_TLD:
        return "file_name"
    return "example_domain" if EXAMPLE_DOMAIN.search(domain) else ""
