"""One questionnaire's way through the API, as the examples of the OpenAPI file."""

from typing import Any

_TEXT = "Madagascar sollicite une formation de ses magistrats."
_QUESTION = "De quelle assistance technique avez-vous besoin ?"
_AT = "2026-01-31T12:00:00+00:00"
_MODEL = {"name": "default", "version": "6f1c2ab34d5e"}

QUESTIONNAIRE: dict[str, Any] = {
    "external_id": "2008-MDG-tip-2",
    "replaces": None,
    "state": "MDG",
    "instrument": ["tip"],
    "cycle": "2",
    "language": "fr",
    "answers": [{"id": "q12", "question": _QUESTION, "text": _TEXT}],
}
_UNREAD = {"concerns": "needs.csv row 3", "problem": "has no text; fill it in or remove the row"}
_COVER = ("external_id", "state", "instrument", "cycle", "language")
_OF_ANSWER = {name: QUESTIONNAIRE[name] for name in _COVER}
_FOUND: dict[str, Any] = {
    "question": _QUESTION,
    "language": "fr",
    "text": _TEXT,
    "unsure": None,
    "stances": [{"code": "requested", "confidence": 0.9812}],
    "tags": [
        {
            "kind": "type",
            "code": "training",
            "stance": "requested",
            "confidence": 0.9634,
            "band": "safe",
            "passages": [0],
        }
    ],
    "states": [
        {
            "code": "MDG",
            "name": "Madagascar",
            "mentions": [{"start": 0, "end": 10, "text": "Madagascar"}],
        }
    ],
    "passages": [{"start": 0, "end": 53, "language": "fr", "stances": ["requested"]}],
    "model": _MODEL,
}
_ANSWER: dict[str, Any] = {
    "id": "34",
    "external_id": "q12",
    "questionnaire": {"id": "17", **_OF_ANSWER},
    "status": "reviewed",
    "error": None,
    "version": 2,
    "reviewed": {
        "by": "key desk",
        "at": _AT,
        "tags": [{"kind": "type", "code": "training", "stance": "requested"}],
        "states": ["MDG"],
    },
    **_FOUND,
}
_NO_TAG = dict.fromkeys(("code", "stance", "new_stance", "state", "undoes", "note"))
_DECISION = {"passages": [], "reading": 1, "by": "key desk", "at": _AT, "carried": False}
_DECISIONS: list[dict[str, Any]] = [
    {**_NO_TAG, **_DECISION, "number": 1, "act": "accept", "code": "training", "stance": "requested"},
    {**_NO_TAG, **_DECISION, "number": 2, "act": "done"},
]
_SHOWN = {
    "id": "17",
    "status": "tagged",
    "progress": {"answers": 1, "tagged": 1, "failed": 0, "reviewed": 0},
    "replaces": None,
    "replaced_by": None,
    "received_at": _AT,
    **_OF_ANSWER,
}
_KNOWN = {
    "id": "2",
    **_MODEL,
    "active": True,
    "bands": {"type": {"safe": 0.91, "suggest": 0.44, "unsure": 0.2}},
    "first_seen": _AT,
}
_ENTRY = {
    "code": "training",
    "kind": "type",
    "parent": None,
    "instrument": None,
    "label": {"en": "Training"},
    "short": {"en": "Training"},
    "definition": {"en": "Courses, workshops and other teaching of practitioners."},
    "not": {"en": "Material for training alone."},
    "retired_since": None,
    "use_instead": None,
}
_UNDERSTOOD = {
    "outcome": "store",
    "detail": None,
    "replaces": None,
    "columns": [],
    "answers": QUESTIONNAIRE["answers"],
    **_OF_ANSWER,
}
_WEBHOOK = {
    "id": "1",
    "url": "https://archive.example.org/needtag",
    "events": ["questionnaire.tagged"],
    "created_at": _AT,
}
_DELIVERY = {
    "id": "5",
    "message": "msg_0b6c3e5f9d1a4a7f8e2c4d6b8a0f1e3c",
    "event": "questionnaire.tagged",
    "questionnaire": "17",
    "at": _AT,
    "status": "waiting",
    "attempts": 1,
    "next_at": _AT,
    "delivered_at": None,
    "answered": 500,
    "error": "answered 500",
}

REQUESTS: dict[str, dict[str, Any]] = {
    "send_questionnaire": {
        "application/json": QUESTIONNAIRE,
        "multipart/form-data": {"file": "id,text\r\nq12,Nous avons besoin d'une formation.", "state": "MDG"},
    },
    "write_decisions": {
        "application/json": {
            "version": 0,
            "decisions": [{"act": "accept", "code": "training", "stance": "requested"}, {"act": "done"}],
        }
    },
    "tag_answers": {"application/json": {"answers": QUESTIONNAIRE["answers"]}},
    "add_model": {"application/json": {"name": "default"}},
    "make_webhook": {"application/json": {name: _WEBHOOK[name] for name in ("url", "events")}},
}
"""By operation and media type."""

RESPONSES: dict[str, dict[str, Any]] = {
    "send_questionnaire": {
        "200": {"dry_run": True, "questionnaires": [_UNDERSTOOD], "errors": [_UNREAD]},
        "202": {"id": "17", "status": "received"},
    },
    "list_questionnaires": {"200": {"items": [_SHOWN], "next": "17"}},
    "show_questionnaire": {"200": _SHOWN},
    "list_answers": {"200": {"items": [_ANSWER], "next": None}},
    "search_answers": {"200": {"items": [_ANSWER], "next": "34"}},
    "show_answer": {"200": {**_ANSWER, "decisions": _DECISIONS}},
    "show_evidence": {
        "200": {
            "model": _MODEL,
            "tags": [
                {
                    "code": "training",
                    "stance": "requested",
                    "words": [{"start": 25, "end": 34, "weight": 0.71}],
                }
            ],
        }
    },
    "write_decisions": {"201": {"version": 2, "decisions": _DECISIONS}},
    "tag_answers": {"200": {"items": [{"id": "q12", **_FOUND}]}},
    "show_taxonomy": {
        "200": {"version": "1", "types": [_ENTRY], "subtypes": [], "instruments": [], "retired": []}
    },
    "show_states": {
        "200": {
            "items": [
                {
                    "code": "MDG",
                    "names": {"en": "Madagascar", "fr": "Madagascar", "es": "Madagascar"},
                    "group": "african",
                    "region": "002",
                    "sub_region": "202",
                }
            ],
            "groups": {"african": {"en": "African States"}},
            "regions": {"002": {"en": "Africa"}, "202": {"en": "Sub-Saharan Africa"}},
        }
    },
    "list_model_versions": {"200": {"items": [_KNOWN]}},
    "add_model": {"201": {**_KNOWN, "active": False}},
    "activate_model": {"200": _KNOWN},
    "make_webhook": {"201": {**_WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
    "show_webhooks": {"200": {"items": [_WEBHOOK]}},
    "list_deliveries": {"200": {"items": [_DELIVERY], "next": None}},
    "send_delivery_again": {"202": _DELIVERY},
    "check_health": {"200": {"status": "ok"}},
    "check_readiness": {"200": {"status": "ready", "model": "default", "version": "6f1c2ab34d5e"}},
}
"""By operation and status, of those that give JSON."""

TEXTS: dict[str, dict[str, str]] = {
    "export_corpus": {
        "application/jsonl": '{"id":"34","unit":"MDG-2","batch":"reviewed-2","reviewed":true,"lang":"fr"}\n'
    },
    "export_rows": {
        "text/csv": "id,external_id,questionnaire\r\n34,q12,17\r\n",
        "application/jsonl": '{"id":"34","external_id":"q12","questionnaire":"17"}\n',
    },
    "scrape_metrics": {"text/plain": "# TYPE needtag_answers_waiting gauge\nneedtag_answers_waiting 3.0\n"},
}
"""By operation and media type, of those that give a text; cut."""


def add_examples(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the examples of requests and of answers to them into an OpenAPI file, in place."""
    for operation in (each for operations in schema["paths"].values() for each in operations.values()):
        name = operation["operationId"]
        for media_type, example in REQUESTS.get(name, {}).items():
            operation["requestBody"]["content"][media_type]["example"] = example
        for status, example in RESPONSES.get(name, {}).items():
            operation["responses"][status]["content"]["application/json"]["example"] = example
        for media_type, text in TEXTS.get(name, {}).items():
            operation["responses"]["200"]["content"][media_type]["example"] = text
    return schema
