import { describe, expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { accepted, faultsOf } from './given.ts';

const hours = 3_600_000;

/** The shortest campaign with more lines below; the first of them is line 3. */
const read = (...lines: string[]) =>
  parseCampaign(`campaign: sp4\nrelease: sms-1.2-sp4\n${lines.join('\n')}\n`, 'c.yaml');

describe('ladder and persistence by what is in the way, and by client', () => {
  test('by class: what is left out has the default', () => {
    const { policy } = accepted(
      read(
        'ladder: { program: [wait], file: [wait, replaceAtRestart] }',
        'persistence: { program: { looks: 9 } }',
      ),
    );
    expect(policy).toMatchObject({
      ladder: ['wait', 'notify', 'relocation'],
      ladders: [
        { class: 'program', steps: ['wait'] },
        { class: 'file', steps: ['wait', 'replaceAtRestart'] },
      ],
      persistence: { looks: 3 },
      persistences: [{ class: 'program', persistence: { looks: 9, afterMs: 24 * hours, restarts: 1 } }],
    });
  });

  test('by client: a list of cases, of which the first that fits wins', () => {
    const { policy } = accepted(
      read(
        'ladder:',
        '  - { where: kiosk, class: service, steps: [wait, relocation] }',
        '  - { class: service, steps: [wait] }',
        'persistence: [{ where: "ring = canary", looks: 1 }]',
      ),
    );
    const kiosk = { key: 'kiosk', is: 'there' };
    expect(policy.ladders).toEqual([
      { where: [kiosk], class: 'service', steps: ['wait', 'relocation'] },
      { class: 'service', steps: ['wait'] },
    ]);
    expect(policy.persistences).toMatchObject([
      { where: [{ key: 'ring', is: 'in', values: ['canary'] }], persistence: { looks: 1 } },
    ]);
  });

  test('a file without them has no further field', () => {
    expect(Object.keys(accepted(read('ladder: [wait]')).policy)).toEqual([
      'deferrals',
      'persistence',
      'ladder',
      'structural',
      'restart',
      'window',
      'noticeMs',
    ]);
  });
});

describe('rules that contradict each other are refused', () => {
  test.each([
    [
      'ladder: { program: [wait, relocation] }',
      'c.yaml:3: ladder.program[1]: is "relocation", which does nothing about a program, expected one of wait, notify, replaceAtRestart',
    ],
    [
      'ladder: [{ where: kiosk, class: file, steps: [wait, workaround] }]',
      'c.yaml:3: ladder[0].steps[1]: is "workaround", which does nothing about a file, expected one of wait, notify, replaceAtRestart',
    ],
    [
      'ladder: [{ steps: [wait] }, { class: service, steps: [wait, relocation] }]',
      'c.yaml:3: ladder[1]: is never reached, because case 1 fits first, expected each case once, the narrow ones first',
    ],
    [
      'ladder: [{ where: "a, b", steps: [wait] }, { where: "a,b", class: file, steps: [wait] }]',
      'c.yaml:3: ladder[1]: is never reached, because case 1 fits first, expected each case once, the narrow ones first',
    ],
    [
      'ladder: { services: [wait] }',
      'c.yaml:3: ladder.services: is not a known key (did you mean service?), expected one of service, program, file',
    ],
    [
      'ladder: { steps: [wait] }',
      'c.yaml:3: ladder.steps: is not a known key, expected one of service, program, file',
    ],
    ...['wait', '{}'].map((typed): [string, string] => [
      `ladder: ${typed}`,
      `c.yaml:3: ladder: is ${typed === '{}' ? 'a group of keys' : '"wait"'}, expected a list of steps out of wait, notify, workaround, relocation, replaceAtRestart, such as [wait, relocation]; or such a list for each class, such as { program: [wait] }`,
    ]),
    [
      'persistence: { services: { looks: 2 } }',
      'c.yaml:3: persistence.services: is not a known key (did you mean service?), expected one of service, program, file',
    ],
    [
      'ladder: [{ class: driver, steps: [wait] }]',
      'c.yaml:3: ladder[0].class: is "driver", expected one of service, program, file',
    ],
    [
      'persistence: { service: { looks: 2 }, looks: 3 }',
      'c.yaml:3: persistence.looks: is not a known key, expected one of service, program, file',
    ],
    [
      'persistence: [{ class: file, minGap: 25h }]',
      'c.yaml:3: persistence[0].minGap: is longer than after (1d, the default), expected at most 1d',
    ],
  ])('%s', (line, fault) => {
    expect(faultsOf(read(line))).toEqual([fault]);
  });
});
