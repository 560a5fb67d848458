"""Why a value that has the shape of personal data is left in place: the ids that stand in manifests and reports."""

from typing import Literal

Reason = Literal[
    "",
    "amount",
    "numbered",
    "hotline",
    "private_address",
    "resolver",
    "version",
    "section",
    "role_mailbox",
    "example_domain",
    "file_name",
    "street",
    "table",
    "broken",
]
"""Which allow rule speaks for a value; empty where none does. Ids are never renamed: manifests hold them."""

REASONS: dict[Reason, str] = {
    "amount": "a currency or unit stands beside it, or it is a part of a decimal",
    "numbered": "the label before it says order, batch, part, patent, ISBN, DOI, standard, CVE, waybill and the like",
    "hotline": "a number that answers for an organisation: 400 and 800 in China, toll-free in North America",
    "private_address": "nobody's address: loopback, private, link-local, documentation, multicast, netmask",
    "resolver": "a well-known public resolver of names",
    "version": "the words before it speak of a version, a release, a section or an object identifier",
    "section": "four small numbers that open a line: the number of a section",
    "role_mailbox": "a mailbox that answers for an organisation or a machine",
    "example_domain": "a domain that nobody can register (RFC 2606, RFC 6761)",
    "file_name": "a file or unit with an `@` in its name",
    "street": "`Dr` closes the name of a street",
    "table": "a number across two lines that are rows of a table, or that opens the row below a head",
    "broken": "more than one line break divides it",
}
