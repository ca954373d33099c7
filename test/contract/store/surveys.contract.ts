import { describe, expect, it } from 'vitest';
import type { LastLook } from '../../../shared/domain/survey/last-look.ts';
import type { Survey, SurveyEnd } from '../../../shared/domain/survey/survey.ts';
import type { Verdict } from '../../../shared/domain/observation/verdict.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { LookKey, SurveyTarget } from '../../../shared/store/survey-store.ts';
import { at, clientOf, entry, later, picks } from './fixtures.ts';
import { type Given, joinFleet } from './store-fixture.ts';

const survey: Omit<Survey, 'total'> = {
  survey: 'look-1',
  by: 'anna',
  at,
  what: 'three machines',
  product: 'sms-1.2',
  release: null,
  until: Date.now() + 3_600_000,
  keepsEvidence: true,
};

const done: SurveyEnd = { how: 'done', by: 'orchestrator', at: later };
const cancelled: SurveyEnd = { how: 'cancelled', by: 'anna', at };

const fleet = (...names: readonly string[]): readonly SurveyTarget[] =>
  names.map((name) => ({ name, adHoc: null }));
const strange: SurveyTarget = {
  name: 'nt-9.corp.example',
  adHoc: clientOf('nt-9.corp.example', { role: 'server' }),
};

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** A survey of these targets, whose clients are in the fleet. */
async function begin(store: Store, targets: readonly SurveyTarget[], name = 'look-1') {
  const inFleet = targets.filter(({ adHoc }) => adHoc === null);
  const servers = ['LS-1', 'LS-2', 'LS-3'];
  await joinFleet(
    store,
    inFleet.map(({ name: client }, n) => ({ client, wave: 0, logonServer: servers[n % 3] ?? '' })),
  );
  return store.createSurvey({ ...survey, survey: name }, each(targets), (total) =>
    entry('', null, `${total} asked for`),
  );
}

const blocked: Verdict = {
  kind: 'blocked',
  movable: 1,
  blockers: [
    {
      kind: 'service',
      executable: 'pcmsvc32.exe',
      imagePath: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
      pid: 93,
      since: at,
      service: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
      startType: 'automatic',
      structural: true,
    },
    { kind: 'heldFile', file: 'appres32.dll' },
  ],
};
const lost: Verdict = { kind: 'couldNotLook', failure: 'unreachable', error: 'no route to nt-9' };

const looked = (verdict: Verdict, changes: Partial<LastLook> = {}): LastLook => ({
  at,
  survey: 'look-1',
  product: 'sms-1.2',
  release: null,
  verdict,
  remarks: [],
  campaign: null,
  evidence: null,
  ...changes,
});

const namesOf = (asked: readonly LookKey[]): readonly string[] => asked.map(({ name }) => name).sort();
const keyOf = (asked: readonly LookKey[], name: string): LookKey => {
  const found = asked.find((key) => key.name === name);
  if (found === undefined) throw new Error(`${name} was not asked for`);
  return found;
};

export function surveysContract(given: Given): void {
  describe('a survey', () => {
    it('is written with all its targets and an audit entry; without targets nothing is written', async () => {
      const { store } = given();
      expect(await begin(store, [])).toBeNull();
      expect([await store.surveys(), await store.openSurveys(), await store.audit(9)]).toEqual([[], [], []]);
      const progress = { survey: { ...survey, total: 3 }, end: null, waiting: 3, asked: 0, counters: {} };
      expect(await begin(store, [...fleet('pc-1', 'pc-2'), strange])).toEqual(progress);
      expect(await store.readSurvey('look-1')).toEqual(progress);
      expect(await store.readSurvey('look-2')).toBeNull();
      expect(await store.openSurveys()).toEqual(['look-1']);
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['3 asked for']);
    });

    it('asks for no more looks at once than the limit in each shard, and for further ones after answers', async () => {
      const { store } = given();
      const names = Array.from({ length: 12 }, (_, n) => `pc-${n}`);
      await begin(store, fleet(...names));
      const first = await store.askLooks('look-1', 2);
      expect(first.length).toBeGreaterThanOrEqual(2);
      expect(first.length).toBeLessThan(12);
      expect(await store.askLooks('look-1', 2)).toEqual([]);
      const asked = [...first];
      for (let round = 0; round < 12; round += 1) {
        for (const key of asked) await store.putLook(key, looked({ kind: 'free' }), null);
        asked.push(...(await store.askLooks('look-1', 2)));
      }
      expect(namesOf(asked)).toEqual(names.toSorted());
      expect(await store.readSurvey('look-1')).toMatchObject({
        waiting: 0,
        asked: 0,
        counters: { 'verdict|free': 12 },
      });
    });

    it('lists looks without an answer in every shard, and takes one answer for each', async () => {
      const { store } = given();
      await begin(store, [...fleet('pc-1', 'pc-2', 'pc-3'), strange]);
      expect(await store.askedLooks('look-1')).toEqual([]);
      const asked = await store.askLooks('look-1', 9);
      const byName = (keys: readonly LookKey[]) => keys.toSorted((a, b) => a.name.localeCompare(b.name));
      expect(byName(await store.askedLooks('look-1'))).toEqual(byName(asked));
      expect(namesOf(asked)).toEqual([strange.name, 'pc-1', 'pc-2', 'pc-3'].toSorted());

      const key = keyOf(asked, 'pc-1');
      expect(await store.putLook(key, looked({ kind: 'free' }), null)).toBe(true);
      expect(await store.putLook(key, looked(blocked), null)).toBe(false);
      expect(await store.readAskedLook(key)).toBeNull();
      expect(namesOf(await store.askedLooks('look-1'))).toEqual(
        namesOf(asked).filter((name) => name !== 'pc-1'),
      );
      expect((await store.readSurvey('look-1'))?.counters).toEqual({ 'verdict|free': 1 });
      expect(await store.lastLooks(['pc-1'])).toEqual([looked({ kind: 'free' })]);
      expect(await store.askedLooks('look-2')).toEqual([]);
    });

    it('gives a worker the target as often as it reads it, and the campaign that claims the client', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.admitted('sp4', picks(1));
      await begin(store, [...fleet('pc-1', 'pc-2'), strange]);
      const asked = await store.askLooks('look-1', 9);
      await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
      const whole = { ...survey, total: 3 };
      const pc1 = { survey: whole, client: await store.readClient('pc-1'), campaign: 'sp4' };
      expect(await store.readAskedLook(keyOf(asked, 'pc-1'))).toEqual(pc1);
      // A lost worker is followed by another one, which gets the same look.
      expect(await store.readAskedLook(keyOf(asked, 'pc-1'))).toEqual(pc1);
      expect(await store.readAskedLook(keyOf(asked, strange.name))).toEqual({
        survey: whole,
        client: strange.adHoc,
        campaign: null,
      });
      const waits = { ...keyOf(asked, 'pc-2'), name: 'pc-3' };
      expect(await store.readAskedLook(waits)).toBeNull();
    });

    it('has no machine to look at for a client that is gone from the fleet', async () => {
      const { store } = given();
      await store.createSurvey(survey, each(fleet('nobody')), () => entry(''));
      const asked = await store.askLooks('look-1', 9);
      expect(await store.readAskedLook(keyOf(asked, 'nobody'))).toMatchObject({ client: null });
    });

    it('keeps what was found in the order in which it was found, and counts it', async () => {
      const { store } = given();
      await begin(store, [...fleet('pc-1', 'pc-2'), strange]);
      const asked = await store.askLooks('look-1', 9);
      const evidence = { sha256: 'a'.repeat(64), text: 'raw' };
      const looks: Readonly<Record<string, LastLook>> = {
        'pc-2': looked(blocked, {
          remarks: ['marked', 'packageRuns'],
          campaign: 'sp4',
          evidence: evidence.sha256,
        }),
        [strange.name]: looked(lost, { release: 'sms-1.2-sp4' }),
        'pc-1': looked({ kind: 'server' }),
      };
      for (const [name, look] of Object.entries(looks))
        await store.putLook(keyOf(asked, name), look, look.evidence === null ? null : evidence);
      const page = await store.surveyLooks('look-1', '', 9);
      expect(Object.fromEntries(page.looks.map(({ name, look }) => [name, look]))).toEqual(looks);
      expect(page.looks.map(({ name, isInFleet }) => isInFleet === (name !== strange.name))).toEqual([
        true,
        true,
        true,
      ]);
      expect((await store.surveyLooks('look-1', page.cursor, 9)).looks).toEqual([]);
      expect((await store.readSurvey('look-1'))?.counters).toEqual({
        'verdict|blocked': 1,
        'verdict|couldNotLook': 1,
        'verdict|server': 1,
        'failure|unreachable': 1,
        'remark|marked': 1,
        'remark|packageRuns': 1,
        inCampaign: 1,
        movable: 1,
        structural: 1,
        'blocked|file appres32.dll + service sms_package_command_manager_nt (pcmsvc32.exe)': 1,
        'seen|file appres32.dll': 1,
        'seen|service sms_package_command_manager_nt (pcmsvc32.exe)': 1,
      });
      expect(await store.lookEvidence(evidence.sha256)).toBe('raw');
      expect(await store.lookEvidence('b'.repeat(64))).toBeNull();
      // The audit has no evidence that no entry names.
      expect(await store.readEvidence(evidence.sha256)).toBeNull();
    });

    it('is read page by page, also while it runs', async () => {
      const { store } = given();
      const names = Array.from({ length: 7 }, (_, n) => `pc-${n}`);
      await begin(store, fleet(...names));
      const asked = await store.askLooks('look-1', 9);
      const seen: string[] = [];
      const sizes: number[] = [];
      let cursor = '';
      const readOn = async (): Promise<void> => {
        for (let page = 0; page < 4; page += 1) {
          const found = await store.surveyLooks('look-1', cursor, 2);
          sizes.push(found.looks.length);
          seen.push(...found.looks.map((look) => look.name));
          ({ cursor } = found);
        }
      };
      for (const name of names) {
        await store.putLook(keyOf(asked, name), looked({ kind: 'free' }), null);
        if (name === 'pc-1' || name === 'pc-6') await readOn();
      }
      expect(Math.max(...sizes)).toBe(2);
      expect(seen.toSorted()).toEqual(names);
    });

    it('ends once: targets without an answer are forgotten, and answers to them are refused', async () => {
      const { store } = given();
      await begin(store, fleet('pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6', 'pc-7'));
      const asked = await store.askLooks('look-1', 1);
      const [under] = asked;
      if (under === undefined) throw new Error('nobody was asked for');
      const ended = await store.endSurvey('look-1', cancelled, entry('', null, 'cancelled'));
      expect(ended).toMatchObject({ end: cancelled, waiting: 0, asked: 0 });
      expect(await store.endSurvey('look-1', done, entry('', null, 'done'))).toMatchObject({
        end: cancelled,
      });
      expect(await store.openSurveys()).toEqual([]);
      expect(await store.askLooks('look-1', 9)).toEqual([]);
      expect(await store.askedLooks('look-1')).toEqual([]);
      expect(await store.readAskedLook(under)).toBeNull();
      expect(await store.putLook(under, looked({ kind: 'free' }), null)).toBe(false);
      expect((await store.surveyLooks('look-1', '', 9)).looks).toEqual([]);
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['cancelled', '7 asked for']);
    });

    it('that does not exist does not end', async () => {
      const { store } = given();
      expect(await store.endSurvey('look-9', done, entry(''))).toBeNull();
      expect(await store.askLooks('look-9', 9)).toEqual([]);
      expect(await store.audit(9)).toEqual([]);
    });

    it("runs beside other surveys, and a client's last look is the newest of all", async () => {
      const { store } = given();
      await begin(store, fleet('pc-1', 'pc-2'));
      await store.createSurvey({ ...survey, survey: 'look-2', at: later }, each(fleet('pc-1')), () =>
        entry(''),
      );
      expect((await store.surveys()).map((each) => each.survey.survey)).toEqual(['look-2', 'look-1']);
      const first = await store.askLooks('look-1', 9);
      await store.putLook(keyOf(first, 'pc-1'), looked(blocked), null);
      const second = await store.askLooks('look-2', 9);
      const newer = looked({ kind: 'current' }, { survey: 'look-2', at: later });
      await store.putLook(keyOf(second, 'pc-1'), newer, null);
      expect(await store.lastLooks(['pc-2', 'pc-1', 'pc-9'])).toEqual([null, newer, null]);
      await store.endSurvey('look-2', done, entry(''));
      expect(await store.openSurveys()).toEqual(['look-1']);
    });
  });
}
