import { expect, test } from 'vitest';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import {
  packUpgrade,
  unpackUpgrade,
  wholeUpgrade,
} from '../../shared/store/redis/upgrades/packed-upgrade.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  blockedByProgram,
  done,
  evening,
  hours,
  look,
  rules,
  withPolicy,
} from '../domain/given.ts';

const deferred = after(rules, admitted, [[evening, look(blockedByProgram)]]);
const structural = withPolicy({ structural: 'atOnce' });
const moving = after(structural, admitted, [[evening, look(blockedByPcm)]]);
const upgrades: readonly [string, Upgrade][] = [
  ['new', admitted],
  ['deferred', deferred],
  ['looking again', after(rules, deferred, [[evening + hours(1), activated]])],
  ['in the middle of a relocation', after(structural, moving, [[evening, done('record')]])],
];

const backAgain = (upgrade: Upgrade, text: string): Upgrade =>
  unpackUpgrade(upgrade.client, upgrade.logonServer, text);

test.each(upgrades)('an upgrade that is %s is read from its record as it was written', (_, upgrade) => {
  expect(backAgain(upgrade, packUpgrade(upgrade, false))).toEqual(upgrade);
  expect(backAgain(upgrade, packUpgrade(upgrade, true))).toEqual(upgrade);
});

test('a record in the older, longer form is read', () => {
  expect(backAgain(deferred, wholeUpgrade(deferred))).toEqual(deferred);
});

test('the record of a resting upgrade takes a third of its JSON, of a new one almost nothing', () => {
  expect(packUpgrade(deferred, true).length).toBeLessThan(wholeUpgrade(deferred).length / 3);
  expect(packUpgrade(admitted, false)).toBe('{"attempt":1,"wave":0,"state":{"phase":"looking"},"memory":{}}');
});

/** The first version did not know since when a client waits. */
const ofFirstVersion = withMemory(deferred, { history: { waits: {} } });

/** Records written once. A change to the common text of form 1 makes such records unreadable. */
const written =
  '1Aykgs9zCYreliYWZoQEYEJXXE_PyEvHkdNqnFyNQGQ2LPksTC1NTM6jrsSQekGtplXRAdlsaQe1GS0WocgQSFCieq' +
  'Z-okCIWa_pCcSI8qUHdgpLgijMSdfPTdEsyUnVBeUOptrYWAA';

test('a deflated record of form 1 is read by every version', () => {
  expect(unpackUpgrade('pc-17', 'LS-ROM', written)).toEqual(ofFirstVersion);
});

/** A record as the first version wrote it. */
const writtenPlain =
  '{"attempt":1,"wave":0,"state":{"phase":"deferred","class":"program","until":1794861000000,' +
  '"because":"pcmwin32.exe, started by anna in session 1","blockers":[{"kind":"program",' +
  '"executable":"pcmwin32.exe","imagePath":"C:\\\\MS\\\\SMS\\\\BIN\\\\PCMWIN32.EXE","pid":120,' +
  '"since":1794855600000,"session":1,"user":"anna"}]},"memory":{"deferrals":{"program":1},' +
  '"sightings":{"program pcmwin32.exe":{"since":1794859200000,"lastCounted":1794859200000,"looks":1,' +
  '"restarts":0,"bootId":"boot-1"}},"seen":["program pcmwin32.exe"],' +
  '"lastDeferral":{"class":"program","until":1794861000000},' +
  '"lastLook":{"at":1794859200000,"bootId":"boot-1","evidence":"sha-of-the-look"}}}';

test('a plain record has the same bytes as in the first version', () => {
  expect(packUpgrade(ofFirstVersion, false)).toBe(writtenPlain);
  expect(backAgain(deferred, writtenPlain)).toEqual(ofFirstVersion);
});

test.each([
  ['already current', 'alreadyCurrent'],
  ['server', 'excluded'],
  ['by hand', 'skipped'],
])('an end that earlier versions called `skipped: %s` is read as %s', (cause, end) => {
  const settled = { phase: 'settled', at: 1, end: 'skipped', cause, because: 'b', blockers: [] } as const;
  const text = packUpgrade({ ...deferred, state: settled }, false);
  expect(backAgain(deferred, text).state).toEqual({ ...settled, end });
});
