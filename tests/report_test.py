#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/report.py: what it makes of lines whose answer is known, and of a file cut off."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

root = Path(sys.argv[1])


def line(arm, seed, accuracy, policy='dense', experiment='table 3', preset='default'):
    points = [{'checkpoint': n, 'iterations': n, 'accuracy': a, 'balanced': a, 'averaged': a,
               'running': a, 'loss': 1.0, 'network_operations': 1000 * n,
               'optimizer_operations': 100 * n, 'network_joules': 1e-6 * n,
               'optimizer_joules': 1e-7 * n, 'measured_joules': None, 'seconds': 0.1}
              for n, a in ((0, 0.3), (1000, accuracy / 2), (3000, accuracy))]
    return json.dumps({'key': f'{experiment}/gas/{arm}/{policy}/{seed}', 'experiment': experiment,
                       'network': 'gas', 'arm': arm, 'policy': policy, 'preset': preset,
                       'seed': seed, 'parameters': 10, 'rows': 10, 'known': 0.9, 'not_finite': 0,
                       'points': points}) + '\n'


def report(text):
    with tempfile.TemporaryDirectory() as folder:
        lines, page = Path(folder, 'lines.jsonl'), Path(folder, 'page.html')
        lines.write_text(text, encoding='utf-8')
        done = subprocess.run([sys.executable, root / 'scripts/report.py', lines, page],
                              capture_output=True, text=True, check=False)
        return done.returncode, page.read_text(encoding='utf-8') if page.exists() else done.stderr


def verdict(halo, adam):
    """What is said of 'HALO is above Adam' for these accuracies, seed by seed."""
    text = ''.join(line('HALO', s, a, '10-30-50') for s, a in enumerate(halo))
    text += ''.join(line('Adam 0.001', s, a) for s, a in enumerate(adam))
    code, page = report(text)
    assert code == 0, page
    assert 'it was not run' in page, page
    row = page[page.index('HALO is above Adam (+16.9)'):]
    return row[:row.index('</tr>')]


sure = verdict([0.80, 0.81, 0.79], [0.70, 0.71, 0.70])
assert '>holds<' in sure and '+9.7 ±' in sure, sure  # 10, 10, 9
assert '>does not hold<' in verdict([0.60, 0.61, 0.62], [0.70, 0.71, 0.72])
assert 'cannot be decided with 3 seeds' in verdict([0.60, 0.80, 0.70], [0.70, 0.71, 0.70])
assert 'cannot be decided: one seed' in verdict([0.9], [0.1])

# 10, 10 and 9 points: mean 9.667, deviation 0.577, t(2) = 4.303, so 4.303 * 0.577 / sqrt(3) = 1.43
assert '+9.7 ± 1.4' in sure, sure

code, page = report(line('SGD 0.01', 0, 0.5) + line('SGD 0.1', 0, 0.6) + line('SGD 1', 0, 0.4)[:50])
assert code == 0, page
tuned = page[page.index('>SGD, tuned<'):]
assert '60.0' in tuned[:tuned.index('</tr>')], tuned[:300]

# at 0.7 of its best rate dense mini-batches lose 5 points to the policy, which has 0.75
code, page = report(line('Adam 0.1', 0, 0.7, 'dense, 64', 'policies') +
                    line('Adam 0.01', 0, 0.6, 'dense, 64', 'policies') +
                    line('Adam 0.1', 0, 0.75, 'gate', 'policies'))
assert code == 0 and '<td>0.1</td><td>35.0</td><td>70.0</td>' in page, page
assert '75.0 (+5.0)' in page, page
for experiment, words in (('tasks', '50.0 / 50.0'), ('stability', '<td>50.0</td>'),
                          ('networks', '>known<')):
    code, page = report(line('Adam 0.1', 0, 0.5, experiment=experiment) +
                        line('Adam 0.01', 0, 0.5, experiment=experiment))
    assert code == 0 and words in page, page
# at half of the joules, 1.65e-3, a line from 1000 steps (25 and 30 %) to 3000 (50 and 60 %)
rivals = {'SGD 0.001': 0.5, 'Adagrad 0.001': 0.4, 'Adam 0.001': 0.3, 'Hierarchical-L2O': 0.2}
code, page = report(line('halo', 0, 0.6) + ''.join(line(a, 0, v) for a, v in rivals.items()))
assert code == 0 and '37.5 (+6.2, SGD 0.001)' in page and '60.0 (+10.0, SGD 0.001)' in page, page

code, page = report(line('Adam 1', 0, 0.2, preset='authors'))  # 0.3 at first: the best so far
assert code == 0 and '<td>30.0 ± 0.0</td><td>30.0 ± 0.0</td><td>30.0 ± 0.0</td>' in page, page
code, words = report(line('Adam 1', 0, 0.2, preset='authors') + line('Adam 1', 0, 0.2))
assert code != 0 and 'several presets' in words, words
code, words = report('')
assert code != 0 and 'no runs' in words, words
print('ok')
