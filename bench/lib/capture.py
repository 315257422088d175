"""Statements out of PostgreSQL's log, made into a script for pgbench."""

import re

PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def transactions(sent):
    """The statements from each begin to its commit, in the order of the commits. What runs beside them has connections of its own."""
    found, open_ones = [], {}
    for connection, sql, parameters in sent:
        word = sql.strip().split()[0].lower()
        if word == "begin":
            open_ones[connection] = []
        elif word == "commit" and connection in open_ones:
            found.append(open_ones.pop(connection))
        elif connection in open_ones:
            open_ones[connection].append((sql, _parameters(parameters)))
    return found


def _parameters(text):
    value = lambda quoted: None if quoted == "NULL" else quoted[1:-1].replace("''", "'")
    return {int(number): value(quoted) for number, quoted in PARAMETER.findall(text)}


def script(transactions, ids, new_id):
    """The statements of one transaction, their parameters as variables, and the variables' values in each.

    Where a parameter holds the transaction's id of `ids`, `new_id`, an expression, stands for it.
    """
    first = transactions[0]
    alike = [sql for sql, _ in first]
    chosen = [(one, old) for one, old in zip(transactions, ids) if [sql for sql, _ in one] == alike]
    if len(chosen) < len(transactions):
        raise SystemExit("bench: not all transactions have the same statements")
    values = [{"old_id": old} for _, old in chosen]
    statements = ["begin"]
    for at, (sql, parameters) in enumerate(first):
        replaced = {}
        for number in parameters:
            given = [one[at][1][number] for one, _ in chosen]
            if None in given:
                if any(value is not None for value in given):
                    raise SystemExit(f"bench: parameter {number} is null in some transactions only:\n{sql}")
                replaced[number] = "null"
                continue
            name = f"s{at}_{number}"
            for value, row in zip(given, values):
                row[name] = value
            holds_id = ids[0] in given[0]
            replaced[number] = f"replace(:{name}, :old_id, {new_id})" if holds_id else f":{name}"
        # In reverse, or $1 would be found in $12.
        for number in sorted(replaced, reverse=True):
            sql = re.sub(rf"\${number}\b", lambda _: replaced[number], sql)
        statements.append(sql.strip())
    return statements + ["commit"], values
