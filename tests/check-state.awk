# check-state.awk: every member of a struct that has a field table (devices/state.h) is listed in a table or skipped.
#
#     awk -f tests/check-state.awk devices/*.[ch] machine/*.[ch] cpu/x86/*.[ch]
#
# Prints one line for each member forgotten and exits with status 1. POSIX awk; it reads C well enough for this style:
# comments, strings and conditionals are dropped, then struct definitions and the rows STATE_xxx(struct X, member ...) are
# picked out. A row may also be written by a macro of one's own, `#define ROW(m) STATE_UINT(struct X, m)`.

BEGIN { rows = definitions = bad = 0 }

FNR == 1 { if (NR > 1) finish_file(); file = FILENAME; text = ""; directive = ""; in_comment = 0 }

{ take_line($0) }

END {
    if (NR > 0) finish_file()
    for (i = 0; i < rows; i++) cover(i)
    for (i = 0; i < definitions; i++) check(i)
    if (rows == 0) {
        print "check-state: no field table found in what was given"
        bad = 1
    }
    exit bad
}

# --- from lines to clean text ------------------------------------------------------------------------------------------

# Adds LINE to `text` without comments, strings and preprocessor lines; line ends stay, for the messages.
function take_line(line) {
    line = strip(line)
    if (directive != "" || line ~ /^[ \t]*#/) {
        directive = directive line
        if (directive ~ /\\$/) {
            sub(/\\$/, " ", directive)
        } else {
            take_macro(directive)
            directive = ""
        }
        line = ""
    }
    text = text line "\n"
}

function strip(line,    out, at) {
    out = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (!at) return out
            line = substr(line, at + 2)
            in_comment = 0
            out = out " "
        } else if (!match(line, /"|'|\/\*|\/\//)) {
            return out line
        } else {
            out = out substr(line, 1, RSTART - 1)
            at = substr(line, RSTART, 2)
            line = substr(line, RSTART)
            if (at == "/*") {
                in_comment = 1
                line = substr(line, 3)
            } else if (at == "//") {
                return out
            } else if (match(line, /^"([^"\\]|\\.)*"/) || match(line, /^'([^'\\]|\\.)*'/)) {
                out = out "0" # a literal
                line = substr(line, RLENGTH + 1)
            } else {
                out = out " " # an apostrophe in inactive text
                line = substr(line, 2)
            }
        }
    }
    return out
}

# A macro with the member as its first parameter: macro[name] is the struct that it writes rows for.
function take_macro(d,    name, parameter, struct_name) {
    if (!match(d, /^[ \t]*#[ \t]*define[ \t]+[A-Za-z_][A-Za-z_0-9]*\([ \t]*[A-Za-z_][A-Za-z_0-9]*/)) return
    name = substr(d, RSTART, RLENGTH)
    d = substr(d, RSTART + RLENGTH)
    parameter = name
    sub(/^.*\([ \t]*/, "", parameter)
    sub(/\(.*$/, "", name)
    sub(/^.*[ \t]/, "", name)
    if (!match(d, /STATE_[A-Z]+[ \t]*\([ \t]*struct[ \t]+[A-Za-z_][A-Za-z_0-9]*[ \t]*,[ \t]*[A-Za-z_][A-Za-z_0-9]*/)) return
    d = substr(d, RSTART, RLENGTH)
    struct_name = d
    sub(/[ \t]*,.*$/, "", struct_name)
    sub(/^.*[ \t(]/, "", struct_name)
    sub(/^.*,[ \t]*/, "", d)
    if (d == parameter) macro[file, name] = struct_name
}

# --- what a file holds -------------------------------------------------------------------------------------------------

function finish_file(    key, part) {
    find_structs(text, 1)
    find_rows(text, "STATE_[A-Z]+[ \t\n]*[(][ \t\n]*struct[ \t\n]+[A-Za-z_][A-Za-z_0-9]*[ \t\n]*,[ \t\n]*[A-Za-z_][A-Za-z_0-9]*", "")
    for (key in macro) {
        split(key, part, SUBSEP)
        if (part[1] == file)
            find_rows(text, "[^A-Za-z_0-9]" part[2] "[ \t\n]*[(][ \t\n]*[A-Za-z_][A-Za-z_0-9]*", macro[key])
    }
}

# Remembers every row that matches PATTERN: its struct (STRUCT_NAME, or the row's own) and member.
function find_rows(s, pattern, struct_name,    row, of) {
    while (match(s, pattern)) {
        row = substr(s, RSTART, RLENGTH)
        s = substr(s, RSTART + RLENGTH)
        gsub(/[ \t\n]+/, " ", row)
        of = struct_name
        if (of == "") {
            of = row
            sub(/ ?,.*$/, "", of)
            sub(/^.*[ (]/, "", of)
        }
        sub(/^.*[ ,(]/, "", row)
        row_file[rows] = file
        row_struct[rows] = of
        row_member[rows++] = row
    }
}

# The definitions in S, which begins at line LINE of the file.
function find_structs(s, line,    name, body, before) {
    while (match(s, /struct[ \t\n]+[A-Za-z_][A-Za-z_0-9]*[ \t\n]*\{/)) {
        before = substr(s, 1, RSTART - 1)
        line += gsub(/\n/, "\n", before)
        name = substr(s, RSTART, RLENGTH)
        s = substr(s, RSTART + RLENGTH)
        body = substr(s, 1, closing(s) - 1)
        before = name
        line += gsub(/\n/, "\n", before)
        gsub(/struct|[ \t\n]|\{/, "", name)
        definition_name[definitions] = name
        definition_file[definitions] = file
        definition_line[definitions] = line
        definition_members[definitions++] = members(body)
    }
}

# Where the brace that was opened before S closes.
function closing(s,    i, depth, c, n) {
    depth = 1
    n = length(s)
    for (i = 1; i <= n; i++) {
        c = substr(s, i, 1)
        if (c == "{") depth++
        if (c == "}" && --depth == 0) return i
    }
    return n + 1
}

# The names that BODY declares, each followed by a blank. Members of anonymous structs and unions count as its own.
function members(body,    list, i, n, c, depth, start) {
    list = ""
    start = 1
    n = length(body)
    for (i = 1; i <= n; i++) {
        c = substr(body, i, 1)
        if (c == "{" || c == "(" || c == "[") depth++
        if (c == "}" || c == ")" || c == "]") depth--
        if (c == ";" && depth == 0) {
            list = list declared(substr(body, start, i - start))
            start = i + 1
        }
    }
    return list
}

function declared(d,    list, at, end, inside) {
    gsub(/_Static_assert.*/, "", d)
    gsub(/__attribute__[ \t\n]*\(\([^()]*(\([^()]*\)[^()]*)*\)\)/, " ", d)
    gsub(/_Alignas[ \t\n]*\([^)]*\)/, " ", d)
    at = index(d, "{")
    if (at) {
        inside = substr(d, at + 1)
        end = closing(inside)
        d = substr(d, 1, at - 1)
        inside = substr(inside, 1, end - 1) SUBSEP substr(inside, end + 1)
        end = index(inside, SUBSEP)
        if (substr(inside, end + 1) !~ /[A-Za-z_]/) return d ~ /enum/ ? "" : members(substr(inside, 1, end - 1))
        d = "int " substr(inside, end + 1)
    }
    return declarators(d)
}

# The names in "int a, *b[2], (*c)(int, int), d : 3".
function declarators(d,    list, i, n, c, depth, piece) {
    list = ""
    piece = ""
    n = length(d)
    for (i = 1; i <= n + 1; i++) {
        c = i <= n ? substr(d, i, 1) : ","
        if (c == "(" || c == "[") depth++
        if (c == ")" || c == "]") depth--
        if (c == "," && depth == 0) {
            list = list name_of(piece)
            piece = ""
        } else {
            piece = piece c
        }
    }
    return list
}

function name_of(piece) {
    if (match(piece, /\([ \t\n]*\*+[ \t\n]*(const[ \t\n]+)?[A-Za-z_][A-Za-z_0-9]*/)) {
        piece = substr(piece, RSTART, RLENGTH) # pointer to a function or an array
        sub(/^.*[^A-Za-z_0-9]/, "", piece)
        return piece " "
    }
    gsub(/\[[^]]*\]/, "", piece)
    sub(/:.*$/, "", piece)
    gsub(/[ \t\n]+$/, "", piece)
    gsub(/\n/, " ", piece)
    sub(/^.*[^A-Za-z_0-9]/, "", piece)
    return piece == "" ? "" : piece " "
}

# --- the check ---------------------------------------------------------------------------------------------------------

# Row R belongs to the definition in its own file, else to those elsewhere.
function cover(r,    i, own) {
    for (i = 0; i < definitions; i++)
        if (definition_name[i] == row_struct[r] && definition_file[i] == row_file[r]) own = 1
    for (i = 0; i < definitions; i++) {
        if (definition_name[i] != row_struct[r] || (own && definition_file[i] != row_file[r])) continue
        has_table[i] = 1
        listed[i, row_member[r]] = 1
    }
}

function check(i,    n, name, k) {
    if (!(i in has_table)) return
    n = split(definition_members[i], name, " ")
    for (k = 1; k <= n; k++) {
        if ((i, name[k]) in listed) continue
        printf "%s:%d: struct %s: member \"%s\" is in no field table: list it, or skip it with STATE_SKIP\n",
            definition_file[i], definition_line[i], definition_name[i], name[k]
        bad = 1
    }
}
