import pytest

from corpus.batch import parse_batch
from corpus.targets import Finding, count_findings


def answers(*texts):
    lines = "\n".join(f"@ a{number}{text}" for number, text in enumerate(texts)).split("\n")
    return list(parse_batch(lines, language="en", batch="b", where="b"))


def found(labelled):
    return {finding.check: finding for finding in count_findings(labelled, "en")}


@pytest.mark.parametrize(
    ("value", "low", "high", "holds"),
    [(1, 1, None, True), (0.9, 1, None, False), (3, 1, 2, False), (0, None, 0, True)],
)
def test_a_finding_holds_within_its_target(value, low, high, holds):
    assert Finding("x", "en", value, low, high).holds is holds


def test_requested_sub_types_are_counted_once_an_answer():
    counts = found(
        answers(
            "\nrequested legal.drafting | A law.\nrequested legal.drafting data.research | And a study.",
            "\nnone | Nothing.",
            "\nreceived legal.drafting | They gave us a law.",
            "\nrequested legal.drafting data.research data.database | Three things.",
        )
    )
    assert counts["requested sub-types: 0"].value == 0.5
    assert counts["requested sub-types: 2"].value == 0.25
    assert counts["requested sub-types: 3 and more"].value == 0.25
    most = counts["most requests of a sub-type"]
    assert (most.value, most.detail in ("legal.drafting", "data.research")) == (2, True)
    assert counts["fewest requests of a sub-type"].value == 0


def test_types_alone_and_unspecified_requests_are_counted():
    counts = found(
        answers(
            "\nrequested legal | Legal help.",
            "\nrequested legal legal.drafting | A law.",
            "\nrequested | Any help.",
            "\nrequested data legal.drafting | Data and a law.",
        )
    )
    assert counts["answers with a requested type alone"].value == 2
    assert counts["unspecified requests"].value == 1


def test_stances_are_shares_of_answers():
    counts = found(
        answers(
            "\nreceived legal; requested data | Both.",
            "\noffered legal | One.",
            "\nnone | None.",
            "\nreceived legal | One.\nnone | And no more.",
        )
    )
    shares = {
        name: counts[f"stance: {name}"].value
        for name in ("none", "received only", "offered only", "several stances")
    }
    assert shares == {"none": 0.25, "received only": 0.25, "offered only": 0.25, "several stances": 0.25}


def test_rare_sub_types_and_states_are_named():
    counts = found(answers(" | | KEN\noffered legal.drafting | Kenya offers.", " | | KEN\nnone | Kenya."))
    assert "legal.drafting" in counts["sub-types offered less than 8 times"].detail
    assert "KEN" not in counts["States named less than 2 times"].detail
    assert "TZA" in counts["States named less than 2 times"].detail
