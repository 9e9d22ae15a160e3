#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tables, figures and verdicts of what halo-reproduce wrote, as one page of HTML.

    scripts/report.py reproduced.jsonl report.html

Everything on the page comes from the lines; the paper's own numbers stand beside them
[Li et al. 2020, "HALO: Hardware-Aware Learning to Optimize", tables 2 to 5, figures 4 to 8].
"""
import html
import json
import math
import sys
from collections import defaultdict

# Student's t for a 95 % interval, by degrees of freedom.
T95 = [0, 12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

NETWORKS = {
    'thyroid': 'thyroid patients, men then women; an MLP of 1,864 parameters',
    'gas': 'gas sensors, three gases then three others; an MLP of 4,893 parameters',
    'activity': 'recognised activities; convolutions and an LSTM',
    'cifar': 'CIFAR-10, five classes then the others; the CNN of Fig. 2(b)',
    'deep-cifar': 'CIFAR-10, five classes then the others; the CNN of Fig. 2(c)',
}
HALO = 'HALO, layers 10-30-50'

# Title, network, what the paper has at which iterations.
SECTIONS = [
    ('Table 2', 'thyroid', {
        'SGD 0.001': {1000: 77.08, 2000: 78.07, 3000: 78.29},
        'Adagrad 0.001': {1000: 75.81, 2000: 75.81, 3000: 75.82},
        'Adam 0.001': {1000: 79.41, 2000: 79.85, 3000: 79.85},
        'Hierarchical-L2O': {1000: 78.42, 2000: 78.92, 3000: 79.17},
        HALO: {1000: 79.42, 2000: 79.88, 3000: 80.16}}),
    ('Table 3', 'gas', {
        'SGD 0.001': {1000: 58.62, 2000: 59.66, 3000: 60.56},
        'Adagrad 0.001': {1000: 59.06, 2000: 60.31, 3000: 61.38},
        'Adam 0.001': {1000: 69.75, 2000: 69.91, 3000: 69.91},
        'Hierarchical-L2O': {1000: 77.87, 2000: 79.34, 3000: 80.12},
        HALO: {1000: 79.25, 2000: 85.22, 3000: 86.81}}),
    ('Table 4', 'activity', {
        'SGD 0.001': {1000: 66.47}, 'Adagrad 0.001': {1000: 69.24}, 'Adam 0.001': {1000: 88.57},
        'Hierarchical-L2O': {1000: 92.31}, HALO: {1000: 93.22}}),
    ('Table 5 and figures 4, 5 and 8', 'cifar', {}),
    ('Figures 6 and 9', 'deep-cifar', {}),
]

# What the paper says, as differences of final accuracy: network, better, worse, the paper's words.
CLAIMS = [
    ('Table 2', 'thyroid', HALO, 'Adam 0.001', 'HALO is above Adam (+0.31)'),
    ('Table 2', 'thyroid', HALO, 'Hierarchical-L2O', 'HALO is above Hierarchical-L2O (+0.99)'),
    ('Table 3', 'gas', HALO, 'Adam 0.001', 'HALO is above Adam (+16.9)'),
    ('Table 3', 'gas', HALO, 'Hierarchical-L2O', 'HALO is above Hierarchical-L2O (+6.69)'),
    ('Table 4', 'activity', HALO, 'Adam 0.001', 'HALO is above Adam (+4.65 at 1000)'),
    ('Table 4', 'activity', HALO, 'Hierarchical-L2O', 'HALO is above Hierarchical-L2O (+0.91)'),
    ('Table 5', 'cifar', 'SGD 0.001, layers 10-30-50', 'SGD 0.001, layers 50-30-10',
     'for SGD masks that rise beat masks that fall (+1.52)'),
    ('Table 5', 'cifar', 'Adam 0.001, layers 50-30-10', 'Adam 0.001, layers 10-30-50',
     'for Adam masks that fall beat masks that rise (+1.83)'),
    ('Table 5', 'cifar', HALO, 'SGD 0.001', 'HALO is above SGD (+1.89)'),
    ('Figure 4', 'cifar', HALO, 'HALO, layers 50-30-10', 'masks that rise are best for HALO'),
    ('Figure 4', 'cifar', 'Adam 0.001', 'Adam 0.001, from nothing', 'pre-training helps'),
    ('Figure 5', 'cifar', HALO, 'Hierarchical-L2O', 'HALO is above Hierarchical-L2O (+16.88)'),
    ('Figure 8', 'cifar', HALO, 'SGD, momentum, steps, tuned',
     'HALO is above tuned momentum (+1.67)'),
    ('Figure 6', 'deep-cifar', HALO, 'Adam 0.001', 'HALO is above Adam (about +4)'),
]
FAMILIES = ['SGD, momentum, steps', 'SGD', 'Adagrad', 'Adam', 'AdamW, cosine']
PLOTTED = ['SGD 0.001', 'Adam 0.001', 'Adam, tuned', 'Hierarchical-L2O', HALO, 'halo',
           'halo, layers 10-30-50']
# Of an axis that is logarithmic in the wrong answers.
TICKS = [0, 20, 40, 60, 70, 80, 85, 90, 95, 98, 99, 99.5, 99.9]
DASHES = ['', '8 4', '2 3', '10 3 2 3', '', '', '6 2']
COLORS = ['#7a7a7a', '#1b6ca8', '#16808a', '#8e44ad', '#c0392b', '#2e933c', '#b9770e']


def mean(values):
    return sum(values) / len(values)


def deviation(values):
    if len(values) < 2:
        return 0.0
    m = mean(values)
    return math.sqrt(sum((v - m) ** 2 for v in values) / (len(values) - 1))


def interval(values):
    """Half of the 95 % interval of a mean; None where one number tells nothing."""
    n = len(values)
    if n < 2:
        return None
    t = T95[n - 1] if n - 1 < len(T95) else 1.96 + 2.5 / n
    return t * deviation(values) / math.sqrt(n)


def score(network, arm, p):
    """What an arm is judged by: halo keeps an average of its weights, others are as they step."""
    name = ('averaged' if arm.startswith('halo')
            else 'balanced' if network == 'thyroid' else 'accuracy')
    return 100 * (p[name] or 0)  # null: not finite, which answers nothing right


def is_rate(text):
    try:
        return float(text) > 0
    except ValueError:
        return False


class Results:
    """Of one network: points by arm, seed and number of the checkpoint."""

    def __init__(self, network, lines):
        self.network = network
        self.runs = defaultdict(dict)
        for line in lines:
            name = line['arm']
            if line['masks'] != 'dense':
                name += ', layers ' + line['masks']
            self.runs[name][line['seed']] = line
        for family in FAMILIES:
            self.add_tuned(family)

    def add_tuned(self, family):
        """The rate whose mean is best at the end, found in hindsight."""
        of = [a for a in self.runs
              if a.startswith(family + ' ') and is_rate(a[len(family) + 1:])]
        if len(of) < 2:
            return
        best = max(of, key=lambda a: mean(self.values(a, -1)))
        self.runs[family + ', tuned'] = self.runs[best]

    def values(self, arm, at):
        return [score(self.network, arm, r['points'][at])
                for _, r in sorted(self.runs[arm].items())]

    def points(self, arm):
        return next(iter(self.runs[arm].values()))['points']

    def operations(self, arm, at):
        return mean([r['points'][at]['network_operations'] + r['points'][at]['optimizer_operations']
                     for r in self.runs[arm].values()])

    def arms(self):
        def order(a):
            known = [i for i, p in enumerate(PLOTTED) if a == p]
            return (known[0] if known else 99, a)
        return sorted(self.runs, key=order)


def table(title, of, paper):
    first = next(iter(of.runs))
    steps = [p['iterations'] for p in of.points(first)]
    rows = [f'<p>{html.escape(title)}: {html.escape(NETWORKS[of.network])}. Accuracy in %, mean ± '
            'deviation over the seeds after so many iterations; in brackets the paper\'s; cost of '
            'a run in millions of multiply-adds, and how much of it the optimizer takes.</p>'
            '<table class="numbers"><tr><th>arm</th>' +
            ''.join(f'<th>{s}</th>' for s in steps) + '<th>cost</th><th>optimizer</th></tr>']
    for arm in of.arms():
        cells = [f'<th>{html.escape(arm)}</th>']
        for at, step in enumerate(steps):
            v = of.values(arm, at)
            cell = f'{mean(v):.1f} ± {deviation(v):.1f}'
            if step in paper.get(arm, {}):
                cell += f' <i>({paper[arm][step]:.1f})</i>'
            cells.append(f'<td>{cell}</td>')
        last = [r['points'][-1] for r in of.runs[arm].values()]
        own = mean([p['optimizer_operations'] for p in last])
        total = of.operations(arm, -1)
        cells.append(f'<td>{total / 1e6:.0f}</td><td>{100 * own / max(total, 1):.0f} %</td>')
        rows.append('<tr>' + ''.join(cells) + '</tr>')
    return '\n'.join(rows) + '</table>'


def figure(of):
    """Accuracy over multiply-adds; bands of one deviation."""
    arms = [a for a in PLOTTED if a in of.runs]
    if not arms:
        return ''
    left, right, top, bottom = 60, 620, 20, 330
    curves = []
    for a in arms:
        n = len(of.points(a))
        curves.append([(max(1, of.operations(a, at)), mean(of.values(a, at)),
                        deviation(of.values(a, at)))
                       for at in range(1, n)])
    xs = [x for c in curves for x, _, _ in c]
    ys = [y for c in curves for _, y, _ in c]
    x0, x1 = math.log(min(xs)), math.log(max(xs))
    low = max((t for t in TICKS if t <= min(ys)), default=0)
    high = min((t for t in TICKS if t > max(ys)), default=TICKS[-1])
    x1 = x1 if x1 > x0 else x0 + 1

    def px(x):
        return left + (right - left) * (math.log(x) - x0) / (x1 - x0)

    def wrong(y):
        return math.log(100 - min(max(y, low), high))

    def py(y):
        return bottom - (bottom - top) * (wrong(low) - wrong(y)) / (wrong(low) - wrong(high))

    out = ['<figure><svg viewBox="0 0 860 390" role="img" '
           f'aria-label="accuracy over cost: {of.network}">']
    for y in (t for t in TICKS if low <= t <= high):
        out.append(f'<line class="grid" x1="{left}" x2="{right}" '
                   f'y1="{py(y):.1f}" y2="{py(y):.1f}"/>'
                   f'<text x="{left - 8}" y="{py(y) + 4:.1f}" text-anchor="end">{y:g}</text>')
    decade = 10 ** math.floor(x0 / math.log(10))
    while decade <= math.exp(x1) * 1.001:
        for d in (1, 2, 5):
            if x0 - 1e-9 <= math.log(decade * d) <= x1 + 1e-9:
                x = px(decade * d)
                out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" '
                           f'y1="{top}" y2="{bottom}"/>'
                           f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">'
                           f'{decade * d / 1e6:g}</text>')
        decade *= 10
    for i, (a, c) in enumerate(zip(arms, curves)):
        k = PLOTTED.index(a)
        band = ' '.join(f'{px(x):.1f},{py(y + s):.1f}' for x, y, s in c) + ' ' + \
               ' '.join(f'{px(x):.1f},{py(y - s):.1f}' for x, y, s in reversed(c))
        line = ' '.join(f'{px(x):.1f},{py(y):.1f}' for x, y, _ in c)
        stroke = f'stroke="{COLORS[k]}" stroke-dasharray="{DASHES[k]}" stroke-width="2.2"'
        out.append(f'<polygon points="{band}" fill="{COLORS[k]}" fill-opacity="0.12"/>'
                   f'<polyline points="{line}" fill="none" {stroke}/>')
        row = top + 14 + 22 * i
        out.append(f'<line x1="640" x2="680" y1="{row}" y2="{row}" {stroke}/>'
                   f'<text x="688" y="{row + 4}">{html.escape(a)}</text>')
    out.append(f'<text x="{(left + right) / 2}" y="{bottom + 42}" text-anchor="middle">'
               'millions of multiply-adds, '
               'the optimizer\'s included</text>'
               f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" '
               'text-anchor="middle">accuracy in %</text>')
    return '\n'.join(out) + '</svg></figure>'


def verdicts(all_of):
    rows = ['<table><caption>What the paper says and what was found: difference of accuracy at the '
            'last checkpoint in points, pairs of the same seed, 95 % interval.</caption>'
            '<tr><th>of</th><th>claim</th><th>difference</th><th>verdict</th></tr>']
    for where, network, better, worse, words in CLAIMS:
        of = all_of.get(network)
        if of is None or better not in of.runs or worse not in of.runs:
            continue
        seeds = sorted(set(of.runs[better]) & set(of.runs[worse]))
        d = [score(network, better, of.runs[better][s]['points'][-1]) -
             score(network, worse, of.runs[worse][s]['points'][-1]) for s in seeds]
        half = interval(d)
        if half is None:
            text, verdict = f'{mean(d):+.1f}', 'cannot be decided: one seed'
        else:
            text = f'{mean(d):+.1f} ± {half:.1f}'
            low, high = mean(d) - half, mean(d) + half
            verdict = ('holds' if low > 0 else 'does not hold' if high < 0
                       else f'cannot be decided with {len(d)} seeds')
        rows.append(f'<tr><td>{where}</td><td>{html.escape(words)}<br>'
                    f'<small>{html.escape(better)} against '
                    f'{html.escape(worse)}</small></td><td>{text}</td><td>{verdict}</td></tr>')
    return '\n'.join(rows) + '</table>'


STYLE = """
:root { color-scheme: light dark; --grid: #ddd; }
@media (prefers-color-scheme: dark) { :root { --grid: #444; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums;
  display: block;
  overflow-x: auto; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .15rem .5rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th, td { text-align: left; } .numbers :is(th, td):not(:first-child) { text-align: right; }
svg { width: 100%; font-size: 13px; fill: currentColor; } .grid { stroke: var(--grid); }
i { opacity: .7; } figure { margin: 1rem 0; }
"""


def page(lines, source):
    by_network = defaultdict(list)
    for line in lines:
        by_network[line['network']].append(line)
    all_of = {n: Results(n, rows) for n, rows in by_network.items()}
    seeds = max(len({r['seed'] for r in rows}) for rows in by_network.values())
    refused = sum(r['not_finite'] for r in lines)
    parts = ['<!doctype html><html lang="en"><meta charset="utf-8">'
             '<title>HALO\'s experiments again</title>'
             f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
             '<h1>HALO\'s experiments again</h1>'
             f'<p>{len(lines)} runs from {html.escape(source)}, up to {seeds} seeds; '
             f'{refused} steps were refused as not finite. Networks have linear outputs and the '
             'original data sets, which differ from the authors\' code where that has a fault. '
             '"HALO" is the paper\'s optimizer in the form that lasts, "halo" this library\'s own '
             'rule at averaged weights; "tuned" is the best rate in hindsight.</p>']
    if any('/of ' in r['key'] for r in lines):
        parts.append('<p><b>A quick run: a hundredth of the iterations, 200 held-out rows. '
                     'It shows that everything runs, and nothing else.</b></p>')
    parts.append(verdicts(all_of))
    for title, network, paper in SECTIONS:
        if network in all_of:
            parts.append(f'<h2>{html.escape(title)}</h2>' + figure(all_of[network]) +
                         table(title, all_of[network], paper))
    return '\n'.join(parts) + '</html>\n'


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding='utf-8') as file:
        whole = [line for line in file if line.endswith('\n')]
    if not whole:
        sys.exit(f'{sys.argv[1]}: no runs')
    text = page([json.loads(line) for line in whole], sys.argv[1].split('/')[-1])
    with open(sys.argv[2], 'w', encoding='utf-8') as file:
        file.write(text)
    print(f'{sys.argv[2]}: {len(whole)} runs')


if __name__ == '__main__':
    main()
