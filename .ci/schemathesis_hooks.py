"""What schemathesis has to be told of this API, and JSON Schema cannot say."""

import json
import re

import schemathesis

# Valid by the document and yet refused: (field, code) of an error's details. All of it is described in words.
NOT_IN_THE_SCHEMA = [
    # The tenant's own data.
    (r"channel|platformContacts\[\d+\]\.channel", "unknown_channel"),
    (r"contact_groups\[\d+\]", "unknown_group"),
    (r"company\.id", "unknown_company"),
    (r"tags\[\d+\]\.id", "unknown_tag"),
    (r"customFields\..*", "unknown_field|duplicate"),
    # One field depends on another's value.
    (r"socialProfileUrl", "contradiction"),
    (r"specific_update_fields\[\d+\]", "missing"),
    # Unicode: invisible characters, letters and digits of any script, characters that are taken apart into words,
    # what a WHATWG URL is.
    (r".*", "blank"),
    (r"phone\[\d+\]\.phone", "too_short"),
    (r"avatar_url|socialProfileUrl", "invalid_format"),
    (r"keyword", "too_many_words"),
    # Filters: addresses and numbers as in bodies, the tenant's own fields, how many there are of all kinds together.
    (r"email|phone", "invalid_format|too_short"),
    (r"has", "unknown_field"),
    (r"query", "too_many"),
    # Cursors are made by the service, for one listing.
    (r"cursor", "invalid_cursor"),
    (r"page", "not_allowed"),
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal of valid data is a failure unless each of its reasons is one of those above."""
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code != 422:
        return True
    details = response.json()["error"]["details"]
    return not all(
        any(re.fullmatch(field, one["field"]) and re.fullmatch(code, one["code"]) for field, code in NOT_IN_THE_SCHEMA)
        for one in details
    )


@schemathesis.hook
def before_call(context, case, kwargs):
    """A form's field with structure is JSON text, as the `encoding` in the document says."""
    if case.media_type == "application/x-www-form-urlencoded" and isinstance(case.body, dict):
        case.body = {
            name: json.dumps(value) if isinstance(value, (dict, list)) else value for name, value in case.body.items()
        }
