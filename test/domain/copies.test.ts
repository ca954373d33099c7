import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxDownloadsAt, roomToBegin } from '../../shared/domain/campaign/admission.ts';
import {
  type CopyStatus,
  type FileOnServer,
  judgeCopy,
  serversNotStaged,
  whyNotStaged,
} from '../../shared/domain/campaign/copies.ts';

const manifest = [
  { name: 'appctl32.exe', size: 3, sha256: 'a' },
  { name: 'climonnt.exe', size: 4, sha256: 'c' },
  { name: 'csdver.sms', size: 5, sha256: 'v' },
];
const right = (name: string): FileOnServer => {
  const file = manifest.find((each) => each.name === name);
  return { size: file?.size ?? 0, mtimeMs: 1, sha256: file?.sha256 ?? '' };
};
const all = {
  'appctl32.exe': right('appctl32.exe'),
  'climonnt.exe': right('climonnt.exe'),
  'csdver.sms': right('csdver.sms'),
};
const judged = (files: Readonly<Record<string, FileOnServer>>) =>
  judgeCopy(manifest, { kind: 'read', files });

describe('a copy on a logon server', () => {
  test('is verified when every file has the size and the hash of the manifest, with or without extra files', () => {
    const strange = { ...all, 'readme.txt': { size: 1, mtimeMs: 1, sha256: 'x' } };
    expect(judged(strange)).toEqual({ state: 'verified', filesOk: 3, filesInAll: 3, because: '' });
  });

  test.each([
    [{ wrong: 'is missing' }, 'climonnt.exe is missing'],
    [{ wrong: 'has 2 of 4 bytes' }, 'climonnt.exe has 2 of 4 bytes'],
    [{ size: 4, mtimeMs: 1, sha256: 'of the old one' }, 'climonnt.exe is another file'],
    [{ size: 9, mtimeMs: 1, sha256: 'c' }, 'climonnt.exe is another file'],
  ] as const)('is incomplete with a file that is %j', (found, because) => {
    const status = judged({ ...all, 'climonnt.exe': found });
    expect(status).toEqual({ state: 'incomplete', filesOk: 2, filesInAll: 3, because });
    expect(whyNotStaged('LS-PUN', status)).toBe(`LS-PUN has 2 of 3 files: ${because}`);
  });

  test('is incomplete while files have not been read, and unreadable when it cannot be read', () => {
    expect(judged({}).because).toBe('appctl32.exe was not read, and 2 more');
    const unreadable = judgeCopy(manifest, { kind: 'unreadable', because: 'no such folder' });
    expect(unreadable).toEqual({ state: 'unreadable', filesOk: 0, filesInAll: 3, because: 'no such folder' });
    expect(whyNotStaged('LS-PUN', unreadable)).toBe('the copy on LS-PUN cannot be read: no such folder');
    expect(whyNotStaged('LS-PUN', undefined)).toBe('nobody has looked at the copy on LS-PUN yet');
  });

  test('makes its clients wait until it is verified, the server with most clients first', () => {
    const found = (logonServer: string, state: CopyStatus['state']): CopyStatus => ({
      logonServer,
      state,
      filesOk: 1,
      filesInAll: 3,
      because: 'x',
      since: 0,
      checkedAt: 0,
    });
    const copies = { filesInAll: 3, found: [found('LS-MIL', 'verified'), found('LS-PUN', 'incomplete')] };
    const servers = [
      { logonServer: 'LS-MIL', clients: 9 },
      { logonServer: 'LS-PUN', clients: 2 },
      { logonServer: 'LS-ROM', clients: 7 },
      { logonServer: 'LS-OFF', clients: 0 },
    ];
    expect(serversNotStaged(copies, servers)).toEqual([
      { logonServer: 'LS-ROM', filesOk: 0, filesInAll: 3, waiting: 7, because: 'not read yet' },
      { logonServer: 'LS-PUN', filesOk: 1, filesInAll: 3, waiting: 2, because: 'x' },
    ]);
  });
});

describe('room to begin on a logon server', () => {
  test('is zero without a copy, and never more than free downloads', () => {
    const small = fc.nat(20);
    fc.assert(
      fc.property(
        fc.record({ downloading: small, resting: small, slots: small, isStaged: fc.boolean() }),
        fc.option(fc.integer({ min: 1, max: 20 })),
        (use, most) => {
          const room = roomToBegin(most, use);
          if (!use.isStaged) return room === 0;
          if (most === null) return room === Number.POSITIVE_INFINITY;
          return room <= most - use.downloading && room <= most - use.slots - use.resting;
        },
      ),
    );
  });

  test('follows the limit of the logon server where it has its own', () => {
    const limits = { maxDownloads: { everywhere: 10, at: { 'LS-PUN': 2 } } };
    expect(maxDownloadsAt(limits, 'LS-PUN')).toBe(2);
    expect(maxDownloadsAt(limits, 'LS-ROM')).toBe(10);
    expect(maxDownloadsAt(limits, 'constructor')).toBe(10);
    expect(maxDownloadsAt({}, 'LS-ROM')).toBeNull();
  });
});
