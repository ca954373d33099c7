import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newMemory, openOnClient } from '../../shared/domain/upgrade/memory.ts';
import {
  decodeMemory,
  encodeMemory,
  flatMemory,
  type StoredMemory,
} from '../../shared/domain/upgrade/memory-codec.ts';
import { preImage, swapPreImage } from './given.ts';

/** Every field with a value that a new memory does not have, in the order of the records. */
const full: StoredMemory = {
  marked: { at: 1, bootId: 'boot-1' },
  unanswered: 'workerStopped',
  restart: { cause: 'mark', orderedAt: 2, bootBefore: 'boot-1', deadline: 3, taken: null },
  restarts: { mark: 1, pendingRestart: 2 },
  deferrals: { program: 3, logon: 1 },
  sightings: {
    'program pcmwin32.exe': { since: 1, lastCounted: 2, looks: 2, restarts: 0, bootId: 'boot-1' },
  },
  seen: ['program pcmwin32.exe', 'file appctl32.exe'],
  notifiedAt: 4,
  workaround: { preImage, bootId: 'boot-1' },
  replacing: { preImage: swapPreImage, bootId: 'boot-1' },
  relocation: 'undone',
  tried: ['relocation of pcm'],
  lastDeferral: { class: 'program', until: 5 },
  moved: preImage,
  request: { kind: 'undo', by: 'kim', reason: 'not here' },
  servicePath: 'C:\\SMS_PCM\\pcmsvc32.exe',
  willBlockAgain: true,
  lastLook: { at: 6, bootId: 'boot-1', evidence: 'sha-of-the-look' },
  unfinished: true,
  movedEarlier: [{ ...preImage, service: { ...preImage.service, name: 'OLDER' } }],
  watched: { pcm: { bootId: 'boot-1', pid: 88, since: 7, ends: 1 } },
  leftMarked: true,
  unmark: { at: 8, isDone: false, because: 'no answer' },
  waits: { logon: 9 },
  approvals: { ask: null, answers: {}, expired: 1 },
};

/** What the first version of servpack wrote for a client that had no record. */
const newWhole =
  '{"marked":null,"unanswered":false,"restart":null,"restarts":{},"deferrals":{},"sightings":{},"seen":[],' +
  '"notifiedAt":null,"workaround":null,"replacing":null,"relocation":"none","tried":[],"lastDeferral":null,' +
  '"moved":null,"request":null,"servicePath":null,"willBlockAgain":false,"lastLook":null}';

/** The memories of the upgrades in an audit file of the first version. */
const inAudit = readFileSync(new URL('../audit/golden/small-campaign.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{"record":'))
  .map((line) => (JSON.parse(line) as { upgrade: { memory: Partial<StoredMemory> } }).upgrade.memory);

describe('the memory codec', () => {
  test('reads every flat field into its group', () => {
    expect(decodeMemory(full)).toEqual({
      open: {
        mark: full.marked,
        unanswered: full.unanswered,
        restart: full.restart,
        workaround: full.workaround,
        replacing: full.replacing,
        unfinished: full.unfinished,
        leftMarked: full.leftMarked,
      },
      learned: {
        sightings: full.sightings,
        seen: full.seen,
        relocation: full.relocation,
        beforeRelocation: full.moved,
        movedEarlier: full.movedEarlier,
        servicePath: full.servicePath,
        watched: full.watched,
        willBlockAgain: full.willBlockAgain,
        lastLook: full.lastLook,
        unmark: full.unmark,
      },
      history: {
        restarts: full.restarts,
        deferrals: full.deferrals,
        lastDeferral: full.lastDeferral,
        notifiedAt: full.notifiedAt,
        tried: full.tried,
        waits: full.waits,
        approvals: full.approvals,
      },
      request: full.request,
    });
  });

  test('writes the flat fields of the first version, in its order, and later fields after them', () => {
    expect(JSON.stringify(encodeMemory(decodeMemory(full)))).toBe(JSON.stringify(full));
    expect(JSON.stringify(flatMemory(newMemory))).toBe(
      newWhole.replace(
        /}$/,
        ',"unfinished":false,"movedEarlier":[],"watched":{},"leftMarked":null,"unmark":null,"waits":{},"approvals":null}',
      ),
    );
    expect(JSON.stringify(encodeMemory(newMemory))).toBe('{}');
  });

  test('reads a whole record and one that leaves everything out as a new memory', () => {
    expect(decodeMemory(JSON.parse(newWhole) as StoredMemory)).toEqual(newMemory);
    expect(decodeMemory({})).toEqual(newMemory);
  });

  test('writes the memories of an old audit file byte for byte as they are there', () => {
    expect(inAudit).toHaveLength(3);
    for (const memory of inAudit)
      expect(JSON.stringify(encodeMemory(decodeMemory(memory)))).toBe(JSON.stringify(memory));
  });

  test('writes any record byte for byte as it was read', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(full) as (keyof StoredMemory)[]), (names) => {
        const stored = Object.fromEntries(names.map((name) => [name, full[name]])) as Partial<StoredMemory>;
        expect(JSON.stringify(encodeMemory(decodeMemory(stored)))).toBe(JSON.stringify(stored));
      }),
    );
  });
});

test('what is open on the client: a mark, an unanswered command, a restart, a procedure', () => {
  expect(openOnClient(newMemory)).toEqual([]);
  expect(openOnClient(decodeMemory(full))).toEqual([
    'mark',
    'unanswered',
    'restart',
    'workaround',
    'replacing',
    'unfinished',
  ]);
  expect(openOnClient(decodeMemory({ ...full, marked: null, unanswered: false, replacing: null }))).toEqual([
    'restart',
    'workaround',
    'unfinished',
  ]);
});
