"""tables.py: from the records of runs to tables, checks, and the marked sections of docs/BENCHMARKS.md."""
import re, statistics

import guests, kernels

LABELS = {'native': 'native', 'qemu': 'QEMU', 'bochs': 'Bochs', 'jit': 'JIT', 'interp': 'interp'}
OURS = 'jit', 'interp'
PARTS = {'kernels': 'kernel', 'loops': 'loop, 16-bit code', 'linux': 'Linux guest', 'start': 'start'}
TITLES = {**{('kernels', k): v for k, v in kernels.TITLES.items()}, **{('start', k): v for k, v in guests.TITLES.items()},
          ('linux', 'alu'): guests.TITLES['alu'], ('linux', 'memory'): guests.TITLES['memory']}
MEMORY_TITLES = {'dos': 'FreeDOS at its prompt', 'init': 'Linux at its init', 'installer': 'Debian installer at its first dialog',
                 'boot': 'Linux guest with its benchmarks'}
INTEGER = {'kernels': 'alu sieve chase increment fib indirect crc sort'.split(), 'linux': 'int sieve sha256 interp fib gzip'.split()}


def medians(records, part):
    """name -> column -> median seconds, at scale 100"""
    values = {}
    for r in records:
        if r['part'] == part:
            values.setdefault(r['name'], {}).setdefault(r['column'], []).append(r['seconds'] * 100 / r['scale'])
    return {name: {column: statistics.median(v) for column, v in row.items()} for name, row in values.items()}


def own_scale(records):
    """Without the runs that only check the sums of another column's scale."""
    return [r for r in records if not r.get('check')]


def ratios(columns):
    """The pairs to divide: everything by native, the peers by each of ours."""
    pairs = [(c, 'native') for c in columns if c != 'native' and 'native' in columns]
    return pairs + [(peer, own) for peer in ('qemu', 'bochs') if peer in columns for own in OURS if own in columns]


def number(value):
    return '' if value is None else '%.1f' % value if value >= 10 else '%.2f' % value if value >= 0.1 else '%.3f' % value


def mean(rows, names, pair):
    values = [rows[n][pair[0]] / rows[n][pair[1]] for n in names if all(rows[n].get(c) for c in pair)]
    return statistics.geometric_mean(values) if values else None


def table(records, part):
    """Lines of Markdown, or none."""
    rows = medians(records, part)
    columns = [c for c in LABELS if any(c in row for row in rows.values())]
    scaled = {r['column']: r['scale'] for r in records if r['part'] == part and r['scale'] != 100}
    if not rows:
        return []
    pairs = ratios(columns)
    heads = [PARTS[part]] + [LABELS[c] + (' s*' if c in scaled else ' s') for c in columns] + ['%s/%s' % (LABELS[a], LABELS[b]) for a, b in pairs]
    lines = ['| %s |' % ' | '.join(heads), '|---' + '|--:' * (len(heads) - 1) + '|']
    for name, row in rows.items():
        cells = [number(row.get(c)) for c in columns] + [number(row[a] / row[b] if row.get(a) and row.get(b) else None) for a, b in pairs]
        lines.append('| %s |' % ' | '.join([TITLES.get((part, name), name)] + cells))
    groups = [('geometric mean', list(rows))] if len(rows) > 1 and part != 'start' else []
    if part in INTEGER and groups:
        groups.append(('geometric mean, integer', [n for n in INTEGER[part] if n in rows]))
    for title, names in groups:
        cells = [''] * len(columns) + [number(mean(rows, names, pair)) for pair in pairs]
        lines.append('| %s |' % ' | '.join([title] + cells))
    if scaled:
        short = ', '.join('%s at %d %%' % (LABELS[c], scaled[c]) for c in columns if c in scaled)
        lines += ['', '\\* not run at full length but multiplied up: %s.' % short]
    return lines


def memory(records):
    """Peak memory of the emulators in MB, where whole systems run."""
    values = {}
    for r in records:
        if r['part'] == 'start' and r.get('rss_mb'):
            values.setdefault(r['name'], {}).setdefault(r['column'], []).append(r['rss_mb'])
    columns = [c for c in LABELS if any(c in row for row in values.values())]
    if not values:
        return []
    lines = ['| peak memory, MB | %s |' % ' | '.join(LABELS[c] for c in columns), '|---' + '|--:' * len(columns) + '|']
    for name, row in values.items():
        lines.append('| %s | %s |' % (MEMORY_TITLES[name], ' | '.join('%.0f' % statistics.median(row[c]) if c in row else '' for c in columns)))
    return lines


def missing(records):
    """What a column lacks of what the others have in a part where all run the same."""
    names, have = {}, {}
    for r in own_scale(records):
        if r['part'] in ('kernels', 'loops') or r['part'] == 'linux' and r.get('sum'):
            names.setdefault(r['part'], set()).add(r['name'])
            have.setdefault((r['part'], r['column']), set()).add(r['name'])
    return ['%s: %s did not finish: %s' % (part, column, ', '.join(sorted(names[part] - found)))
            for (part, column), found in have.items() if names[part] - found]


def different_sums(records):
    """What did not compute the same everywhere: (part, name, scale), and who got what."""
    sums = {}
    for r in records:
        if r.get('sum'):
            sums.setdefault((r['part'], r['name'], r['scale']), {}).setdefault(r['sum'], set()).add(r['column'])
    return {key: found for key, found in sums.items() if len(found) > 1}


def slower(records):
    """Where our fastest engine is behind QEMU."""
    behind = []
    for part in PARTS:
        for name, row in medians(own_scale(records), part).items():
            own = [row[c] for c in OURS if c in row]
            if own and 'qemu' in row and min(own) > row['qemu']:
                behind.append(TITLES.get((part, name), name))
    return behind


def sections(result):
    """name -> lines, for the output and for the document"""
    records = own_scale(result['runs'])
    h = result['host']
    about = ['%s, %s processors, load %.1f · %s · %s · medians of %d%s · ochenta %s · %s' %
             (h['cpu'], h['processors'], h['load'], h['qemu'] or 'no QEMU', h['compiler'], result['repeat'],
              ', kernels and loops in processor time' if result.get('cpu_time') else '', h['ochenta'], h['date'])]
    found = {'host': about, **{part: table(records, part) for part in PARTS}, 'memory': memory(records)}
    if result['left_out']:
        found['host'] += ['', 'Left out: ' + '; '.join('%s (%s)' % item for item in result['left_out'].items()) + '.']
    return found


def rewrite(path, result):
    """Replaces what lies between <!-- bench NAME --> and <!-- end --> in the document. All of it is of this one result."""
    found = sections(result)
    with open(path) as f:
        text = f.read()

    def section(match):
        lines = found.get(match[1]) or ['Not measured.']
        return '<!-- bench %s -->\n%s\n<!-- end -->' % (match[1], '\n'.join(lines))

    with open(path, 'w') as f:
        f.write(re.sub(r'<!-- bench ([\w-]+) -->\n.*?<!-- end -->', section, text, flags=re.S))
