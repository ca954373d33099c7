import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { approvalFaults } from '../lab/chaos/verdict/approvals.ts';
import { editionFaults, oldEditionFaults, silencesOf } from '../lab/chaos/verdict/editions.ts';
import { memberFaults } from '../lab/chaos/verdict/members.ts';
import type { RawRecord } from '../lab/chaos/walk.ts';
import type { Entry } from '../lab/operator.ts';
import { begins, entry, record, whats } from './given-history.ts';

/** Each verdict on campaign control: a good history has no fault, and each bad one has its own. */

describe('the verdict on edits', () => {
  const texts = new Map([
    [0, 'ladder: [wait, notify, relocation]'],
    [1, 'ladder: [wait, relocation]'],
  ]);
  const hash = createHash('sha256')
    .update(texts.get(1) ?? '')
    .digest('hex');
  const edited = entry(10, {
    from: 'edition 0',
    to: 'edition 1',
    because: 'ladder; reason: change 1 of the plan',
  });
  const confirmed = { reason: 'change 1 of the plan', askedAt: 9_000, confirmed: { at: 11_000, edition: 1 } };
  const good = {
    entries: [edited],
    edits: [confirmed],
    texts,
    present: { edition: 1, hash },
    mayForget: () => false,
  };
  const twice = entry(12, {
    from: 'edition 1',
    to: 'edition 2',
    because: 'ladder; reason: change 1 of the plan',
  });

  test('finds none in a good history', () => {
    expect(editionFaults(good)).toEqual([]);
  });
  test.for([
    [
      'a confirmed edit without an entry',
      { entries: [], present: { edition: 0, hash: '' } },
      'is in no entry',
    ],
    ['an edit that was applied twice', { entries: [edited, twice] }, 'was applied 2 times'],
    ['an edition that is missing', { entries: [twice] }, 'of the editions goes from 1 to 2'],
    ['a history without a file', { texts: new Map([[1, texts.get(1) ?? '']]) }, 'edition 0 is not kept'],
    ['another file in force', { present: { edition: 1, hash: 'other' } }, 'is not that of edition 1'],
    ['another edition in force', { present: { edition: 0, hash } }, 'edition 0 is in force'],
    [
      'an order that was not kept',
      { edits: [{ ...confirmed, confirmed: { at: 8_000, edition: 2 } }, confirmed] },
      'was confirmed after edition 2',
    ],
  ] as const)('finds %s', ([, change, what]) => {
    expect(whats(editionFaults({ ...good, ...change })).join('; ')).toContain(what);
  });

  test('finds an activation under an edition that was not in force, and none that began before', () => {
    const worker = { client: 'pc-1', who: 'worker a', to: 'notifying' };
    const told = entry(20, worker);
    const silences = silencesOf(good);
    expect(silences).toEqual([{ from: 11_000, to: Infinity }]);
    const after = new Map([['pc-1', [begins(15, 'pc-1'), told]]]);
    expect(whats(oldEditionFaults(after, silences))).toEqual([
      'an activation told users under an edition that was not in force',
    ]);
    expect(oldEditionFaults(new Map([['pc-1', [begins(10, 'pc-1'), told]]]), silences)).toEqual([]);
  });
});

describe('the verdict on approvals', () => {
  const service = 'SMS_X';
  const id = 'chaos/client/pc-1/1/relocation/sms_x';
  const yes = entry(8, {
    client: 'pc-1',
    version: 2,
    who: 'lee',
    from: 'deferred',
    to: 'looking',
    because: 'approved by lee',
  });
  const no = {
    ...entry(7, { client: 'pc-1', version: 2, to: 'looking' }),
    because: 'rejected by lee: not now',
  };
  const moves = entry(9, {
    client: 'pc-1',
    version: 3,
    from: 'looking',
    to: 'remedying',
    because: `relocation of ${service}: found`,
  });
  const good = {
    campaign: 'chaos',
    waves: [{ name: 'early', at: 1 }],
    entries: [entry(4, { because: 'wave early approved by lee; shown' })],
    stories: new Map([['pc-1', [begins(5, 'pc-1'), yes, moves]]]),
    records: [record('pc-1', 1)],
    answers: [
      { id: 'chaos/wave/early', is: 'approved', askedAt: 3_900 },
      { id, is: 'approved', askedAt: 7_900 },
    ] as const,
    relocated: ['pc-1'],
  };
  const story = (...entries: readonly Entry[]) => ({ stories: new Map([['pc-1', entries]]) });

  test('finds none in a good history', () => {
    expect(approvalFaults(good)).toEqual([]);
  });
  test.for([
    ['a wave that nobody approved', { entries: [] }, 'nobody has approved'],
    [
      'a wave that another one approved',
      { answers: good.answers.slice(1) },
      'the second person has not approved',
    ],
    ['a wave that was approved twice', { entries: [...good.entries, ...good.entries] }, 'approved 2 times'],
    ['a client that began before its wave', story(begins(3, 'pc-1'), yes, moves), 'before its wave early'],
    ['a relocation without an approval', story(begins(5, 'pc-1'), moves), 'began without an approval'],
    ['a relocation after a no', story(begins(5, 'pc-1'), no, yes, moves), 'began after rejected by lee'],
    ['an approval of nobody', { answers: good.answers.slice(0, 1) }, 'the second person has not approved'],
    [
      'a machine that was changed all the same',
      { ...story(begins(5, 'pc-1')), answers: good.answers.slice(0, 1) },
      'its service was relocated',
    ],
  ] as const)('finds %s', ([, change, what]) => {
    expect(whats(approvalFaults({ ...good, ...change })).join('; ')).toContain(what);
  });
});

describe('the verdict on clients that join and leave', () => {
  const good = {
    clients: ['pc-1', 'pc-2'],
    selected: new Set(['pc-1']),
    wavesOf: () => [0, 1],
    records: [record('pc-1', 1), record('pc-2', 0, 'cancelled')],
    waiting: [],
    steps: new Map([['pc-1', [entry(1, { client: 'pc-1', from: 'outside', to: 'waiting' })]]]),
    wasMember: (client: string) => client === 'pc-2',
  };
  const running = {
    ...record('pc-2', 0),
    upgrade: { wave: 0, state: { phase: 'looking' } },
  } as unknown as RawRecord;

  test('finds none in a good history', () => {
    expect(memberFaults(good)).toEqual([]);
  });
  test.for([
    ['a client that is nowhere', { records: good.records.slice(1) }, 'is in 0 places'],
    ['a client that is there twice', { waiting: ['pc-1'] }, 'is in 2 places'],
    ['a client of another wave', { wavesOf: () => [2] }, 'is in wave 2, and does not belong there'],
    ['one that has left and waits', { waiting: ['pc-2'] }, 'has left the campaign, and is in 2 places'],
    [
      'one that has left and goes on',
      { records: [record('pc-1', 1), running] },
      'has left the campaign, and is looking',
    ],
    ['one that joined twice', { wasMember: () => true }, 'goes from outside to waiting, and was in'],
    ['one that never joined', { steps: new Map() }, 'has begun, and has not joined'],
  ] as const)('finds %s', ([, change, what]) => {
    expect(whats(memberFaults({ ...good, ...change })).join('; ')).toContain(what);
  });
});
