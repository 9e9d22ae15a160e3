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
    'gas': 'gas sensors, three gases then three others, a new head; an MLP of 4,893 parameters',
    'gas, head kept': 'the same gases, the head kept',
    'drift': 'gas sensors, six gases, some months later, the head kept; an MLP',
    'teacher': 'a problem that a random network invented, from nothing; an MLP',
    'activity': 'recognised activities, three then three others; convolutions and an LSTM',
    'digits': 'MNIST, even digits then odd ones; the CNN of Fig. 2(a)',
    'cifar': 'CIFAR-10, five classes then the others; the CNN of Fig. 2(b)',
    'deep-cifar': 'CIFAR-10, five classes then the others; the CNN of Fig. 2(c)',
    'pruned, 8 bits': 'CIFAR-10, five classes then the others; a residual network, two thirds of '
                      'its parameters pruned, its convolutions in 8 bits',
}
HALO = 'HALO, layers 10-30-50'
HIERARCHICAL = 'Hierarchical-L2O'

# Title of an experiment, and what the paper has at which iterations.
PAPER = {
    'table 2': ('Table 2', {
        'SGD 0.001': {1000: 77.08, 2000: 78.07, 3000: 78.29},
        'Adagrad 0.001': {1000: 75.81, 2000: 75.81, 3000: 75.82},
        'Adam 0.001': {1000: 79.41, 2000: 79.85, 3000: 79.85},
        HIERARCHICAL: {1000: 78.42, 2000: 78.92, 3000: 79.17},
        HALO: {1000: 79.42, 2000: 79.88, 3000: 80.16}}),
    'table 3': ('Table 3', {
        'SGD 0.001': {1000: 58.62, 2000: 59.66, 3000: 60.56},
        'Adagrad 0.001': {1000: 59.06, 2000: 60.31, 3000: 61.38},
        'Adam 0.001': {1000: 69.75, 2000: 69.91, 3000: 69.91},
        HIERARCHICAL: {1000: 77.87, 2000: 79.34, 3000: 80.12},
        HALO: {1000: 79.25, 2000: 85.22, 3000: 86.81}}),
    'table 4': ('Table 4', {
        'SGD 0.001': {1000: 66.47}, 'Adagrad 0.001': {1000: 69.24}, 'Adam 0.001': {1000: 88.57},
        HIERARCHICAL: {1000: 92.31}, HALO: {1000: 93.22}}),
    'images': ('Table 5 and figures 3, 4, 5, 8 and 10', {}),
    'deeper': ('Figures 6 and 9', {}),
    'figure 7': ('Figure 7', {}),
    'digits': ('Odd digits, at equal operations', {}),
    'activities': ('New activities', {}),
}

# What the paper says, as differences of final accuracy: where, experiment, network, better, worse,
# the paper's words.
CLAIMS = [
    ('Table 2', 'table 2', 'thyroid', HALO, 'Adam 0.001', 'HALO is above Adam (+0.31)'),
    ('Table 2', 'table 2', 'thyroid', HALO, HIERARCHICAL,
     'HALO is above Hierarchical-L2O (+0.99)'),
    ('Table 3', 'table 3', 'gas', HALO, 'Adam 0.001', 'HALO is above Adam (+16.9)'),
    ('Table 3', 'table 3', 'gas', HALO, HIERARCHICAL, 'HALO is above Hierarchical-L2O (+6.69)'),
    ('Table 4', 'table 4', 'activity', HALO, 'Adam 0.001', 'HALO is above Adam (+4.65 at 1000)'),
    ('Table 4', 'table 4', 'activity', HALO, HIERARCHICAL,
     'HALO is above Hierarchical-L2O (+0.91)'),
    ('Table 5', 'images', 'cifar', 'SGD 0.001, layers 10-30-50', 'SGD 0.001, layers 50-30-10',
     'for SGD masks that rise beat masks that fall (+1.52)'),
    ('Table 5', 'images', 'cifar', 'Adam 0.001, layers 50-30-10', 'Adam 0.001, layers 10-30-50',
     'for Adam masks that fall beat masks that rise (+1.83)'),
    ('Table 5', 'images', 'cifar', HALO, 'SGD 0.001', 'HALO is above SGD (+1.89)'),
    ('Figure 3', 'images', 'cifar', HALO, 'HALO', 'random layers help (about +1)'),
    ('Figure 3', 'images', 'cifar', 'HALO', 'HALO, neither',
     'the Jacobian term helps (about +10)'),
    ('Figure 4', 'images', 'cifar', HALO, 'HALO, layers 50-30-10',
     'masks that rise are best for HALO'),
    ('Figure 4', 'images', 'cifar', 'Adam 0.001', 'Adam 0.001, from nothing', 'pre-training helps'),
    ('Figure 5', 'images', 'cifar', HALO, HIERARCHICAL, 'HALO is above Hierarchical-L2O (+16.88)'),
    ('Figure 8', 'images', 'cifar', HALO, 'SGD, momentum, steps, tuned',
     'HALO is above tuned momentum (+1.67)'),
    ('Figure 10', 'images', 'cifar', 'HALO, jacobian_0_001, layers 10-30-50',
     'HALO, jacobian_1, layers 10-30-50', 'a Jacobian term of 1e-3 is best (up to +2.81)'),
    ('Figure 10', 'images', 'cifar', 'HALO, jacobian_0_001, layers 10-30-50',
     'HALO, jacobian_0_000001, layers 10-30-50', 'a Jacobian term of 1e-3 is best (up to +2.81)'),
    ('Figure 6', 'deeper', 'deep-cifar', HALO, 'Adam 0.001', 'HALO is above Adam (about +4)'),
    ('Figure 7', 'figure 7', 'pruned, 8 bits', HALO, 'Adam 0.001', 'HALO is above Adam (+0.2)'),
    ('Figure 7', 'figure 7', 'pruned, 8 bits', HALO, 'SGD 0.001', 'HALO is above SGD (+8.7)'),
]
# Energies of an iteration as ratios, as the paper has them: kJ of its tables, and the saving of at
# most 45.42 % that masks bring.
ENERGIES = [
    ('Table 2', 'table 2', 'thyroid', HALO, 'Adam 0.001', 0.45 / 0.13),
    ('Table 2', 'table 2', 'thyroid', HIERARCHICAL, 'Adam 0.001', 0.66 / 0.13),
    ('Table 3', 'table 3', 'gas', HALO, 'Adam 0.001', 0.18 / 0.06),
    ('Table 3', 'table 3', 'gas', HIERARCHICAL, 'Adam 0.001', 0.44 / 0.06),
    ('Table 4', 'table 4', 'activity', HALO, 'Adam 0.001', 4.67 / 4.62),
    ('Table 4', 'table 4', 'activity', HIERARCHICAL, 'Adam 0.001', 6.44 / 4.62),
    ('Figure 3', 'images', 'cifar', HALO, 'HALO', 1 - 0.4542),
]
FAMILIES = ['SGD, momentum, steps', 'SGD', 'Adagrad', 'Adam', 'AdamW, cosine']
PLOTTED = ['SGD 0.001', 'Adam 0.001', 'Adam, tuned', HIERARCHICAL, HALO, 'halo',
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


def is_rate(text):
    try:
        return float(text) > 0
    except ValueError:
        return False


def score(network, arm, p, averaged=None):
    """What an arm is judged by: halo keeps an average of its weights, others are as they step."""
    if averaged is None:
        averaged = arm.startswith('halo')
    name = ('averaged' if averaged
            else 'balanced' if network.startswith('thyroid') else 'accuracy')
    return 100 * (p[name] or 0)  # null: not finite, which answers nothing right


def label(arm, policy):
    if policy == 'dense':
        return arm
    return f'{arm}, layers {policy}' if policy[:1].isdigit() else f'{arm}, {policy}'


class Results:
    """Of one network in one experiment: runs by arm and seed."""

    def __init__(self, network, lines):
        self.network = network
        self.runs = defaultdict(dict)
        self.of = {}
        for line in lines:
            name = label(line['arm'], line['policy'])
            self.runs[name][line['seed']] = line
            self.of[name] = (line['arm'], line['policy'])
        for family in FAMILIES:
            for policy in {p for _, p in self.of.values()}:
                self.add_tuned(family, policy)

    def add_tuned(self, family, policy):
        """The rate whose mean is best at the end, found in hindsight."""
        rates = [a for a, (arm, p) in self.of.items() if p == policy and
                 arm.startswith(family + ' ') and is_rate(arm[len(family) + 1:])]
        if len(rates) < 2:
            return
        best = max(rates, key=lambda a: mean(self.values(a, -1)))
        name = label(family + ', tuned', policy)
        self.runs[name] = self.runs[best]
        self.of[name] = (family + ', tuned', policy)

    def values(self, arm, at, averaged=None):
        return [score(self.network, arm, r['points'][at], averaged)
                for _, r in sorted(self.runs[arm].items())]

    def points(self, arm):
        return next(iter(self.runs[arm].values()))['points']

    def mean_of(self, arm, at, *names):
        return mean([sum(r['points'][at][n] for n in names) for r in self.runs[arm].values()])

    def operations(self, arm, at):
        return self.mean_of(arm, at, 'network_operations', 'optimizer_operations')

    def joules(self, arm, at):
        return self.mean_of(arm, at, 'network_joules', 'optimizer_joules')

    def arms(self):
        def order(a):
            known = [i for i, p in enumerate(PLOTTED) if a == p]
            return (known[0] if known else 99, a)
        return sorted(self.runs, key=order)

    def words(self):
        return NETWORKS.get(self.network.removesuffix(', excerpt'), '') + (
            ' (the excerpt that comes with halo)' if self.network.endswith(', excerpt') else '')


def table(title, of, paper):
    first = next(iter(of.runs))
    steps = [p['checkpoint'] for p in of.points(first)]
    measured = any(r['points'][-1].get('measured_joules') for runs in of.runs.values()
                   for r in runs.values())
    key = next(iter(of.runs[first].values()))['key']
    unit = ('the operations of so many dense steps of Adam' if ' dense steps' in key
            else 'so many iterations')
    rows = [f'<p>{html.escape(title)}: {html.escape(of.words())}. Accuracy in %, mean ± '
            f'deviation over the seeds after {unit}; in brackets the paper\'s; cost of '
            'a run in millions of multiply-adds and in mJ by the model, and how much of these the '
            'optimizer takes.</p>'
            '<table class="numbers"><tr><th>arm</th>' +
            ''.join(f'<th>{s}</th>' for s in steps) +
            '<th>cost</th><th>optimizer</th><th>mJ</th><th>optimizer</th>' +
            ('<th>mJ measured</th>' if measured else '') + '</tr>']
    for arm in of.arms():
        cells = [f'<th>{html.escape(arm)}</th>']
        for at, step in enumerate(steps):
            v = of.values(arm, at)
            cell = f'{mean(v):.1f} ± {deviation(v):.1f}'
            if step in paper.get(arm, {}):
                cell += f' <i>({paper[arm][step]:.1f})</i>'
            cells.append(f'<td>{cell}</td>')
        operations, joules = of.operations(arm, -1), of.joules(arm, -1)
        own = of.mean_of(arm, -1, 'optimizer_operations')
        own_joules = of.mean_of(arm, -1, 'optimizer_joules')
        cells.append(f'<td>{operations / 1e6:.0f}</td><td>{100 * own / max(operations, 1):.0f} %'
                     f'</td><td>{millijoules(joules)}</td>'
                     f'<td>{100 * own_joules / max(joules, 1e-30):.0f} %</td>')
        if measured:
            cells.append(f'<td>{millijoules(of.mean_of(arm, -1, "measured_joules"))}</td>')
        rows.append('<tr>' + ''.join(cells) + '</tr>')
    return '\n'.join(rows) + '</table>'


def millijoules(joules):
    return f'{1e3 * joules:.3g}' if joules < 1 else f'{1e3 * joules:.0f}'


def grid(words, heads, rows):
    """A table: its rows are a name and cells."""
    return (f'<p>{words}</p><table class="numbers"><tr>' +
            ''.join(f'<th>{html.escape(h)}</th>' for h in heads) + '</tr>' +
            '\n'.join('<tr><th>' + html.escape(name) + '</th>' +
                      ''.join(f'<td>{c}</td>' for c in cells) + '</tr>' for name, cells in rows) +
            '</table>')


def networks(all_of):
    """What Adam makes of each network."""
    rows = []
    for of in all_of:
        for arm in of.arms():
            if arm != 'Adam, tuned':
                continue
            runs = [r for _, r in sorted(of.runs[arm].items())]

            def cell(values):
                return f'{mean(values):.1f} ± {deviation(values):.1f}'
            last = [r['points'][-1] for r in runs]
            rows.append((of.network, [
                f'{runs[0]["parameters"]:,}', cell([100 * r['known'] for r in runs]),
                cell(of.values(arm, 0)), cell(of.values(arm, -1)),
                cell([100 * (p['running'] or 0) for p in last]), runs[0]['arm'][5:],
                f'{last[0]["iterations"]}']))
    return grid('The networks on their data: accuracy in %, mean ± deviation over the seeds, on '
                'the domain that is known after pre-training, and on the other one; at the end, '
                'where there is batch_norm, by running statistics, too. The rate of Adam is the '
                'best at the end, in hindsight.',
                ['network', 'parameters', 'known', 'before', 'adapted', 'running', 'rate', 'steps'],
                rows)


def tasks(all_of):
    """All optimizers on all tasks, raw / averaged."""
    parts = []
    for at in range(1, len(all_of[0].points(next(iter(all_of[0].runs))))):
        rows = []
        for arm in all_of[0].arms():
            if not all(arm in of.runs for of in all_of):
                continue
            pairs = [(mean(of.values(arm, at, False)), mean(of.values(arm, at, True)))
                     for of in all_of]
            pairs.append((mean([p[0] for p in pairs]), mean([p[1] for p in pairs])))
            rows.append((arm, [f'{r:.1f} / {a:.1f}' for r, a in pairs]))
        steps = all_of[0].points(next(iter(all_of[0].runs)))[at]['checkpoint']
        parts.append(grid(f'Accuracy in % after {steps} steps, raw / averaged weights; of thyroid '
                          'the mean over the classes.',
                          ['optimizer'] + [of.network for of in all_of] + ['mean'], rows))
    return '\n'.join(parts)


def stability(all_of):
    """Long runs whose length nobody told the optimizer."""
    rows = []
    for of in all_of:
        for arm in of.arms():
            runs = [r for _, r in sorted(of.runs[arm].items())]

            def diverged(r):
                losses = [p['loss'] for p in r['points']]
                return r['not_finite'] > 0 or any(x is None or x > losses[0] for x in losses)
            ends, starts = of.values(arm, -1, False), of.values(arm, 0, False)
            rows.append((f'{of.network}, {arm}', [
                len(runs), sum(map(diverged, runs)),
                sum(e < s for e, s in zip(ends, starts)), f'{min(ends):.1f}', f'{mean(ends):.1f}']))
    steps = all_of[0].points(next(iter(all_of[0].runs)))[-1]['iterations']
    return grid(f'{steps} steps, the optimizer is not told how many: runs that diverged (a step '
                'that was not finite, or at one of the looks a loss above that of the beginning), '
                'runs that ended below their start, least and mean accuracy at the end in %, raw '
                'weights.',
                ['task, optimizer', 'seeds', 'diverged', 'below', 'least', 'mean'], rows)


def policies(all_of):
    """Policies at equal operations, beside the best dense size of a mini-batch."""
    parts = []
    for of in all_of:
        for family in ('Adam', 'halo', 'tensor_rnn, untrained'):
            by_policy = defaultdict(list)
            for name, (arm, policy) in of.of.items():
                if arm == family or (arm.startswith(family + ' ') and is_rate(arm.split()[-1])):
                    by_policy[policy].append(name)
            if not by_policy:
                continue
            last = len(of.points(next(iter(of.runs))))
            points = range(1, last)

            def curve(name):
                return [mean(of.values(name, at, True)) for at in points]
            best = {p: max(names, key=lambda n: sum(curve(n))) for p, names in by_policy.items()}
            dense = [max(c) for c in zip(*(curve(best[p]) for p in best if p.startswith('dense')))]
            rows = []
            for p, name in best.items():
                cells = [of.of[name][0][len(family) + 1:] if family == 'Adam' else '']
                for v, d in zip(curve(name), dense):
                    cells.append(f'{v:.1f}' if p.startswith('dense') else f'{v:.1f} ({v - d:+.1f})')
                rows.append((p, cells))
            heads = [f'{p["checkpoint"]}' for p in of.points(next(iter(of.runs)))[1:]]
            parts.append(grid(f'{html.escape(family)}, {html.escape(of.words())}: accuracy in % at '
                              'averaged weights after the operations of so many dense steps of 64 '
                              'examples with Adam, and points above the best dense size; of rates '
                              'the one with the best mean.',
                              ['policy, mini-batch', 'rate'] + heads, rows))
    return '\n'.join(parts)


# Experiments that are one table of all their networks.
TOGETHER = {'networks': ('The networks on their data', networks),
            'tasks': ('Tasks that meta-training never sees', tasks),
            'stability': ('Stability', stability),
            'policies': ('Policies at equal operations', policies)}


def figure(of):
    """Accuracy over the joules of a run by the model; bands of one deviation."""
    arms = [a for a in PLOTTED if a in of.runs]
    if not arms:
        return ''
    left, right, top, bottom = 60, 620, 20, 330
    curves = []
    for a in arms:
        n = len(of.points(a))
        curves.append([(max(1e-9, of.joules(a, at)), mean(of.values(a, at)),
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
                           f'{decade * d * 1e3:g}</text>')
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
               'mJ of a run by the model of a 45 nm '
               'processor, the optimizer\'s included</text>'
               f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" '
               'text-anchor="middle">accuracy in %</text>')
    return '\n'.join(out) + '</svg></figure>'


def at_joules(network, arm, run, joules):
    """The accuracy where a run has spent these joules, on a line between two looks."""
    before = None
    for p in run['points']:
        now = (p['network_joules'] + p['optimizer_joules'], score(network, arm, p))
        if now[0] >= joules:
            if before is None or now[0] == before[0]:
                return now[1]
            share = (joules - before[0]) / (now[0] - before[0])
            return before[1] + share * (now[1] - before[1])
        before = now
    return before[1]


def judged(differences):
    """Mean difference with its interval, and the verdict."""
    half = interval(differences)
    if half is None:
        return f'{mean(differences):+.1f}', 'cannot be decided: one seed'
    low, high = mean(differences) - half, mean(differences) + half
    return (f'{mean(differences):+.1f} ± {half:.1f}',
            'holds' if low > 0 else 'does not hold' if high < 0
            else f'cannot be decided with {len(differences)} seeds')


def verdicts(all_of):
    rows = ['<table><caption>What the paper says and what was found: difference of accuracy in '
            'points, pairs of the same seed, 95 % interval; after equal iterations, the last ones, '
            'and at equal joules by the model, those of the cheaper run.</caption>'
            '<tr><th>of</th><th>claim</th><th>equal iterations</th><th>verdict</th>'
            '<th>equal joules</th><th>verdict</th></tr>']
    for where, experiment, network, better, worse, words in CLAIMS:
        of = all_of.get((experiment, network))
        found = of is not None and better in of.runs and worse in of.runs
        cells = '<td colspan="4">cannot be decided: it was not run</td>'
        if found:
            pairs = [(of.runs[better][s], of.runs[worse][s])
                     for s in sorted(set(of.runs[better]) & set(of.runs[worse]))]
            ends = [score(network, better, b['points'][-1]) -
                    score(network, worse, w['points'][-1]) for b, w in pairs]
            joules = min(of.joules(better, -1), of.joules(worse, -1))
            equal = [at_joules(network, better, b, joules) - at_joules(network, worse, w, joules)
                     for b, w in pairs]
            cells = ''.join(f'<td>{text}</td><td>{verdict}</td>'
                            for text, verdict in (judged(ends), judged(equal)))
        rows.append(f'<tr><td>{where}</td><td>{html.escape(words)}<br>'
                    f'<small>{html.escape(better)} against '
                    f'{html.escape(worse)}</small></td>{cells}</tr>')
    return '\n'.join(rows) + '</table>'


def energies(all_of):
    """The paper's ratios of energies beside those of the model."""
    rows = []
    for where, experiment, network, arm, other, paper in ENERGIES:
        of = all_of.get((experiment, network))
        if of is None or arm not in of.runs or other not in of.runs:
            continue
        each = [of.joules(a, -1) / max(of.mean_of(a, -1, 'iterations'), 1) for a in (arm, other)]
        ratio = each[0] / each[1]
        verdict = ('as the paper says' if abs(ratio - paper) <= 0.1 * paper
                   else 'less than the paper says' if ratio < paper else 'more than the paper says')
        rows.append((f'{where}: {arm} / {other}', [f'{paper:.2f}', f'{ratio:.2f}', verdict]))
    return grid('Energy of an iteration against that of another optimizer: the paper\'s, measured '
                'on boards, and by the model of a 45 nm processor.',
                ['of', 'paper', 'model', 'verdict'], rows) if rows else ''


def equal_energy(all_of):
    """halo beside the best of the paper's rivals at its rates, at shares of Adam's joules."""
    rivals = ('SGD 0.001', 'Adagrad 0.001', 'Adam 0.001', HIERARCHICAL)
    rows = []
    for (experiment, network), of in all_of.items():
        if experiment not in PAPER or not all(a in of.runs for a in ('halo', *rivals)):
            continue
        for arm in (a for a in ('halo', 'halo, layers 10-30-50') if a in of.runs):
            cells = []
            for share in (0.1, 0.5, 1):
                joules = share * of.joules('Adam 0.001', -1)

                def at(name):
                    return mean([at_joules(network, name, r, joules)
                                 for r in of.runs[name].values()])
                best = max(rivals, key=at)
                cells.append(f'{at(arm):.1f} ({at(arm) - at(best):+.1f}, {html.escape(best)})')
            rows.append((f'{PAPER[experiment][0]}: {arm}', cells))
    return grid('Accuracy at equal energy: a tenth, half and all of the joules that the longest '
                'run of Adam takes by the model. In brackets points above the best of SGD, '
                'Adagrad, Adam and Hierarchical-L2O as the paper has them, at that energy, and '
                'which it is. All are on the way to the same last step: runs made for fewer '
                'joules may do better.', ['of', 'a tenth', 'half', 'all'],
                rows) if rows else ''


STYLE = """
:root { color-scheme: light dark; --grid: #ddd; }
@media (prefers-color-scheme: dark) { :root { --grid: #444; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums;
  display: block;
  overflow-x: auto; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .15rem .5rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
small { white-space: normal; }
th, td { text-align: left; }
.numbers :is(th, td):not(:first-child) { text-align: right; }
svg { width: 100%; font-size: 13px; fill: currentColor; } .grid { stroke: var(--grid); }
i { opacity: .7; } figure { margin: 1rem 0; }
"""


def best_so_far(lines):
    """The paper's tables 2 to 4 never fall: it tells the best until then, as its code does."""
    for line in lines:
        for name in ('accuracy', 'balanced', 'averaged', 'running'):
            best = 0.0
            for p in line['points']:
                best = p[name] = max(best, p[name] or 0.0)


def page(lines, source):
    presets = {r['preset'] for r in lines}
    if len(presets) > 1:
        sys.exit(f'{source}: lines of several presets: {", ".join(sorted(presets))}')
    if presets != {'default'}:
        best_so_far(lines)
    by_network = defaultdict(list)
    for line in lines:
        by_network[line['experiment'], line['network']].append(line)
    all_of = {n: Results(n[1], rows) for n, rows in by_network.items()}
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
        parts.append('<p><b>A quick run: a hundredth of the iterations, 100 held-out rows. '
                     'It shows that everything runs, and nothing else.</b></p>')
    if presets != {'default'}:
        parts.append(f'<p>Set up as the preset "{presets.pop()}" says; accuracies are the best '
                     'until then, as the paper has them.</p>')
    parts += [verdicts(all_of), equal_energy(all_of), energies(all_of)]
    for experiment, (title, paper) in PAPER.items():
        found = [(n, of) for (e, n), of in all_of.items() if e == experiment]
        if found:
            parts.append(f'<h2>{html.escape(title)}</h2>')
        parts += [figure(of) + table(title, of, paper) for _, of in found]
    for experiment, (title, make) in TOGETHER.items():
        found = [of for (e, _), of in all_of.items() if e == experiment]
        if found:
            parts.append(f'<h2>{html.escape(title)}</h2>' + make(found))
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
