import { expect, test } from 'vitest';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { packUpgrade, unpackUpgrade } from '../../shared/store/redis/upgrades/packed-upgrade.ts';
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

test.each(upgrades)('an upgrade that is %s comes back from its record as it was', (_, upgrade) => {
  expect(backAgain(upgrade, packUpgrade(upgrade, false))).toEqual(upgrade);
  expect(backAgain(upgrade, packUpgrade(upgrade, true))).toEqual(upgrade);
});

test('a record that was written whole can be read', () => {
  expect(backAgain(deferred, JSON.stringify(deferred))).toEqual(deferred);
});

test('a resting upgrade takes a third of the room, a new one says next to nothing', () => {
  expect(packUpgrade(deferred, true).length).toBeLessThan(JSON.stringify(deferred).length / 3);
  expect(packUpgrade(admitted, false)).toBe('{"attempt":1,"wave":0,"state":{"phase":"looking"},"memory":{}}');
});

/** Written once; whoever changes the common text of form 1 makes the fleet's records unreadable. */
const written =
  '1Aykgs9zCYreliYWZoQEYEJXXE_PyEvHkdNqnFyNQGQ2LPksTC1NTM6jrsSQekGtplXRAdlsaQe1GS0WocgQSFCieq' +
  'Z-okCIWa_pCcSI8qUHdgpLgijMSdfPTdEsyUnVBeUOptrYWAA';

test('a deflated record of form 1 can be read for ever', () => {
  expect(unpackUpgrade('pc-17', 'LS-ROM', written)).toEqual(deferred);
});
