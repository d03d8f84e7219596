"""Receipts and submissions as programs read them: the same from the command line and the web."""

from gateway.model.finding import Account
from gateway.model.release import Receipt, Submission


def as_json(receipt: Receipt) -> dict[str, object]:
    """A receipt with plain values; numbers that are whole as such."""
    return {
        "id": receipt.submission,
        "provision": receipt.provision,
        "state": receipt.state,
        "release": receipt.release.number if receipt.release else None,
        "visible_from": receipt.release.visible_from.isoformat() if receipt.release else None,
        "observations": receipt.observations,
        "skipped": receipt.skipped,
        "account": _account(receipt.account),
        "controls": [
            {"name": each.name, "stated": _whole(each.stated), "computed": _whole(each.computed)}
            for each in receipt.controls
        ],
        "findings": [
            {
                "severity": each.severity,
                "rule": each.rule,
                "sheet": each.sheet,
                "cell": each.cell,
                "value": each.value,
                "message": {"es": each.message.es, "en": each.message.en},
            }
            for each in receipt.findings
        ],
    }


def _account(account: Account) -> dict[str, object]:
    return {
        "read": account.read,
        "observations": account.observations,
        "controls": account.controls,
        "faulty": account.faulty,
        "skipped": [
            {"reason": {"es": each.reason.es, "en": each.reason.en}, "figures": each.figures}
            for each in account.skipped
        ],
    }


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def status(submission: Submission) -> dict[str, object]:
    """How a submission stands: who did what to it, and how far the work is, in bytes and rows."""
    done, told = submission.receipt, submission.progress
    size, rows = (told.bytes, told.rows) if told is not None else (0, 0)
    if done is not None:
        size, rows = submission.size, done.account.read
    return {
        "id": submission.id,
        "provision": submission.provision,
        "state": submission.state,
        "source": submission.source_name,
        "sha256": submission.source_sha256,
        "received_at": submission.received_at.isoformat(),
        "submitted_by": submission.submitted_by,
        "four_eyes": submission.four_eyes,
        "decided_by": submission.decided_by,
        "decided_at": submission.decided_at.isoformat() if submission.decided_at else None,
        "because": submission.because,
        "release": submission.release,
        "progress": {
            "bytes": {"read": size, "of": submission.size},
            "rows": rows,
        },
    }
