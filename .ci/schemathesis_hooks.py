"""What schemathesis has to be told of this API, and JSON Schema cannot say."""

import itertools
import json
import re
import uuid

import schemathesis

FORM = "application/x-www-form-urlencoded"

# Valid by the document and yet refused: (field, code) of an error's details. All of it is described in words.
NOT_IN_THE_SCHEMA = [
    # The tenant's own data.
    (r"channel|platformContacts\[\d+\]\.channel", "unknown_channel"),
    (r"contact_groups\[\d+\]", "unknown_group"),
    (r"company\.id", "unknown_company"),
    (r"(company|tags\[\d+\])\.name", "required"),
    (r"tags\[\d+\]\.id", "unknown_tag"),
    (r"customFields\..*", ".*"),
    (r"id", "not_found"),
    (r"into", "unknown_tag|unknown_company|itself"),
    (r"(from|contactIds)\[\d+\]", "unknown_contact|merged|itself|duplicate"),
    (r"prefer\..*", "unknown_field|not_an_option|unknown_contact|required"),
    (r"filter\..*", "unknown_field|invalid_format|too_short"),
    (r"key|value", "unknown_field|invalid_format|too_short|blank|wrong_type|out_of_range|not_an_option"),
    # One field depends on another's value.
    (r"system_name|type|is_archived|is_default|is_unique|options.*", "not_allowed|not_an_option|many_defaults|duplicate|required"),
    (r"contact|groups|tags|actionType", "unknown_field|required"),
    (r"filter|all", "contradiction|required"),
    # An upsert that finds nobody creates, and adds the value that it went by to what the body has.
    (r"username|platformContacts", "required"),
    (r"email|phone|platformContacts", "too_many"),
    (r"socialProfileUrl", "contradiction"),
    (r"specific_update_fields\[\d+\]", "missing"),
    # Unicode: invisible characters, letters and digits of any script, characters that are taken apart into words,
    # what a WHATWG URL is.
    (r".*", "blank"),
    (r"phone\[\d+\]\.phone", "too_short"),
    (r"avatar_url|socialProfileUrl", "invalid_format"),
    # Filters: addresses and numbers as in bodies, the tenant's own fields, how many there are of all kinds together.
    (r"email|phone", "invalid_format|too_short"),
    (r"has", "unknown_field"),
    (r"cf_[a-z0-9_]+", ".*"),
    (r"query", "too_many"),
    # Cursors are made by the service, for one listing.
    (r"cursor|since", "invalid_cursor"),
    (r"page", "not_allowed"),
]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """A form's field with structure is a text that holds JSON. What it holds is made up by its own schema, and becomes
    text as the call is made. The stream of changes has no end: tests/api/changes/stream.rs reads it."""
    del raw_schema["paths"]["/api/v1/changes/stream"]
    for schema in raw_schema["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            if "contentSchema" in field:
                schema["properties"][name] = field["contentSchema"]


def holds_blank(value):
    """Whether there is blank text anywhere in a body."""
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(holds_blank, value)) if isinstance(value, list) else isinstance(value, str) and not value.strip()


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal of valid data is a failure unless each of its reasons is one of those above."""
    kind = type(failure).__name__
    if response.status_code == 412:
        # A condition that does not hold is looked at before the body, and says nothing of either.
        return kind not in ("RejectedPositiveData", "AcceptedNegativeData")
    if kind == "AcceptedNegativeData" and case.path.endswith("/contacts/bulk") and response.json()["data"]["failed"]:
        # Each operation is answered on its own.
        return False
    if kind == "AcceptedNegativeData" and isinstance(case.body, dict) and case.body.get("specific_update_fields"):
        # Only the fields that are named are read.
        return False
    too_short = "String smaller than minLength|violates `pattern`"
    if kind == "AcceptedNegativeData" and holds_blank(case.body) and re.search(too_short, str(failure)):
        # Blank text is no value, where none is needed.
        return False
    if kind == "AcceptedNegativeData" and any(value in ("", [""]) for value in (case.query or {}).values()):
        # A parameter without a value is none.
        return False
    if kind == "AcceptedNegativeData" and case.media_type == FORM:
        # In a form everything is text: 0 and 1 are as good as false and true, and empty text means null.
        return not re.search("Incorrect type|String smaller than minLength", str(failure))
    if kind != "RejectedPositiveData" or response.status_code != 422:
        return True
    details = response.json()["error"]["details"]
    return not all(
        any(
            # Operations of `bulk` hold what single calls take.
            re.fullmatch(rf"(operations\[\d+\]\.)?(contact\.)?({field})", one["field"])
            and re.fullmatch(code, one["code"])
            for field, code in NOT_IN_THE_SCHEMA
        )
        for one in details
    )


# Of this run, so that no key was sent before.
RUN = uuid.uuid4().hex
NUMBERS = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Each request has an idempotency key of its own, where it has a good one: with one that was sent before, another
    request is refused. A form's field with structure is JSON text. Nobody waits for longer than a second."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[!-~]([ -~]{0,253}[!-~])?", key):
        case.headers["Idempotency-Key"] = f"{key[:190]}-{RUN}-{next(NUMBERS)}"
    if case.media_type == FORM and isinstance(case.body, dict):
        case.body = {
            name: json.dumps(value) if isinstance(value, (dict, list)) else value for name, value in case.body.items()
        }
    if case.path.endswith("/changes") and case.query and str(case.query.get("wait")).isdecimal():
        if 1 < int(case.query["wait"]) <= 60:
            case.query["wait"] = 1
