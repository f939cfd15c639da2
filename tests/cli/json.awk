# json.awk: reads JSON values and writes a line for each leaf: its path, its type and its value, with tabs between them.
#
#   {"a":[{"b":1}],"c":{}}  gives  .a[].b <tab> number <tab> 1  and  .c <tab> object <tab> {}
#
# For tests on machines that have no other JSON tool. Exit 1, with a word on standard error: this is no JSON.
{ text = text $0 "\n" }

function bad(why)
{
    print "json.awk: at " at ": " why ": " substr(text, at, 40) > "/dev/stderr"
    failed = 1
    exit 1
}

function skip_space()
{
    while (index(" \t\n\r", substr(text, at, 1)) > 0 && at <= length_of_text) {
        at++
    }
}

# The string at `at`, without its quotes; escapes stay as they are but \" and \\.
function string(   start, c, plain)
{
    start = ++at
    while ((c = substr(text, at, 1)) != "\"") {
        if (c == "" || c == "\n") {
            bad("a string without an end")
        }
        at += c == "\\" ? 2 : 1
    }
    plain = substr(text, start, at++ - start)
    gsub(/\\"/, "\"", plain)
    gsub(/\\\\/, "\\", plain)
    return plain
}

function leaf(path, type, value)
{
    print path "\t" type "\t" value
}

function members(path,   key)
{
    at++
    skip_space()
    if (substr(text, at, 1) == "}") {
        at++
        leaf(path, "object", "{}")
        return
    }
    for (;;) {
        skip_space()
        if (substr(text, at, 1) != "\"") {
            bad("expected a name")
        }
        key = string()
        skip_space()
        if (substr(text, at++, 1) != ":") {
            bad("expected a colon")
        }
        value(path "." key)
        skip_space()
        if (substr(text, at, 1) == "}") {
            at++
            return
        }
        if (substr(text, at++, 1) != ",") {
            bad("expected a comma")
        }
    }
}

function items(path)
{
    at++
    skip_space()
    if (substr(text, at, 1) == "]") {
        at++
        leaf(path, "array", "[]")
        return
    }
    for (;;) {
        value(path "[]")
        skip_space()
        if (substr(text, at, 1) == "]") {
            at++
            return
        }
        if (substr(text, at++, 1) != ",") {
            bad("expected a comma")
        }
    }
}

function value(path,   c)
{
    skip_space()
    c = substr(text, at, 1)
    if (c == "{") {
        members(path)
    } else if (c == "[") {
        items(path)
    } else if (c == "\"") {
        leaf(path, "string", string())
    } else if (match(substr(text, at, 40), /^-?(0|[1-9][0-9]*)/)) {
        leaf(path, "number", substr(text, at, RLENGTH))
        at += RLENGTH
    } else if (match(substr(text, at, 5), /^(true|false)/)) {
        leaf(path, "boolean", substr(text, at, RLENGTH))
        at += RLENGTH
    } else if (substr(text, at, 4) == "null") {
        leaf(path, "null", "null")
        at += 4
    } else {
        bad("expected a value")
    }
}

END {
    if (failed) {
        exit 1
    }
    at = 1
    length_of_text = length(text)
    skip_space()
    do {
        value("")
        skip_space()
    } while (at <= length_of_text)
}
