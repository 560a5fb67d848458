"""Data-Juicer: its mappers for mailboxes and IP addresses, then its redaction of telephone numbers and Chinese ids."""

from collections.abc import Sequence

from data_juicer.ops.mapper.clean_email_mapper import CleanEmailMapper  # type: ignore[import-not-found]
from data_juicer.ops.mapper.clean_ip_mapper import CleanIpMapper  # type: ignore[import-not-found]
from data_juicer.ops.mapper.pii_redaction_mapper import PiiRedactionMapper  # type: ignore[import-not-found]

from benchmarks.peers.pii_trial import MARK, Tool, of_texts, tried

OTHER = "paths emails secrets ids channel_ids platform_open_ids pem jwt urls ips macs".split()  # noqa: SIM905 - reads well
"""What the redaction also does and is nobody's telephone number or id, or is done before."""


def opened(_language: str, _types: Sequence[str] | None, _lenient: Sequence[str]) -> Tool:
    """Chain the three mappers."""
    mail, address = CleanEmailMapper(repl=MARK), CleanIpMapper(repl=MARK)
    redact = PiiRedactionMapper(
        **{f"mask_{name}": False for name in OTHER}, phone_replacement=MARK, id_card_replacement=MARK
    )

    def clean(text: str) -> str:
        samples = address.process_batched(mail.process_batched({"text": [text]}))
        return str(redact.process_single({"text": samples["text"][0]})["text"])

    return of_texts(clean)


if __name__ == "__main__":
    tried(opened)
