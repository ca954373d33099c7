import { describe, expect, test } from 'vitest';
import type { WhyContext } from '../../orchestrator/views/why-context.ts';
import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { type Recorded, whyAdmitted, whyWaiting } from '../../orchestrator/views/why.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { campaign, running, standing } from './given-campaign.ts';
import {
  admitted,
  after,
  anna,
  blockedByPcm,
  blockedByProgram,
  evening,
  hours,
  look,
  minutes,
  rules,
  type Timed,
  upToDate,
  withPolicy,
} from './given.ts';
import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';

const context = (
  state: CampaignState = running(1),
  changes: Partial<WhyContext> = {},
  given: Rules = rules,
): WhyContext => {
  const { definition } = campaign;
  return {
    campaign: { ...standing(state), definition: { ...definition, policy: given.policy } },
    counters: { 'state|0|LS-ROM|upgraded': 2 },
    slots: { active: 3, perLogonServer: { 'LS-ROM': 3 } },
    product: given.product,
    now: evening,
    ...changes,
  };
};

const paused = {
  ...running(1),
  status: 'paused',
  pausedAt: evening,
  by: 'anna',
  because: 'phones ring',
} as CampaignState;

const rests = (upgrade: Upgrade): Recorded => ({
  upgrade,
  index: 'due',
  dueAt: upgrade.state.phase === 'deferred' ? upgrade.state.until : evening,
  since: evening,
});
const when = (events: readonly Timed[], given = rules): Upgrade => after(given, admitted, events);
const activated = { type: 'Activated' } as const;
const pcm = when([[evening, look(blockedByPcm)]]);

const nightly = { days: everyDay, from: 22 * 60, to: 5 * 60 };
const onRome: CopyStatus = {
  logonServer: 'LS-ROM',
  state: 'incomplete',
  filesOk: 14,
  filesInAll: 22,
  because: 'appres32.dll is missing, and 7 more',
  since: evening,
  checkedAt: evening,
};

function withDownloads(given: WhyContext, most: number): WhyContext {
  const { definition } = given.campaign;
  const budgets = { ...definition.budgets, maxDownloads: { everywhere: most, at: {} } };
  return { ...given, campaign: { ...given.campaign, definition: { ...definition, budgets } } };
}

const aborted = {
  ...running(1),
  status: 'aborted',
  abortedAt: evening,
  by: 'anna',
  because: 'wrong release',
  endedAt: null,
} as CampaignState;

describe('why a client still waits', () => {
  const pick = { client: 'pc-17', wave: 0, logonServer: 'LS-ROM' };

  test.each([
    ['the campaign is not started yet', context({ status: 'created' }), pick],
    ['the campaign waits until release sms-sp4 is staged', context({ status: 'waitingForRelease' }), pick],
    ['the campaign is paused by anna: phones ring', context(paused), pick],
    [
      'its wave early is not open; wave canary waiting: 2 of 10 finished; needs 10 before it decides',
      context(),
      { ...pick, wave: 1 },
    ],
    [
      'all 100 slots of the campaign are in use',
      context(running(1), { slots: { active: 100, perLogonServer: {} } }),
      pick,
    ],
    [
      'waits for its window, which opens Mon 16 Nov 22:00 Europe/Berlin',
      context(running(1), { zone: 'Europe/Berlin' }, withPolicy({ window: nightly })),
      pick,
    ],
    [
      'waits for the release on its logon server: LS-ROM has 14 of 22 files: appres32.dll is missing, and 7 more',
      context(running(1), { copies: { filesInAll: 22, found: [onRome] } }),
      pick,
    ],
    [
      'waits for the release on its logon server: nobody has looked at the copy on LS-ROM yet',
      context(running(1), { copies: { filesInAll: 22, found: [] } }),
      pick,
    ],
    [
      'all 5 downloads of logon server LS-ROM are in use: 5 clients are marked, and their upgrade is not proved yet',
      withDownloads(context(running(1), { counters: { 'downloading|LS-ROM': 5 } }), 5),
      pick,
    ],
    [
      'all 25 slots of logon server LS-ROM are in use',
      context(running(1), { slots: { active: 30, perLogonServer: { 'LS-ROM': 25 } } }),
      pick,
    ],
    ['a slot is free: it is admitted in one of the next rounds', context(), pick],
  ])('%s', (because, given, waiting) => {
    expect(whyWaiting(given, waiting)).toMatchObject({ state: 'waiting', because, evidence: null });
  });

  test('a client that waited is cancelled with its campaign, as lists and totals have it', () => {
    expect(whyWaiting(context(aborted), pick)).toMatchObject({
      state: 'settled',
      end: 'cancelled',
      because: 'the campaign was aborted by anna: wrong release',
      since: { at: isoOf(evening) },
      next: null,
      actions: [],
    });
  });
});

describe('why a client is deferred', () => {
  test('names the blocker, its evidence, since when, and the next look as a time and in words', () => {
    const why = whyAdmitted(context(running(1), { now: evening + minutes(5) }), rests(pcm));
    expect(why).toMatchObject({
      client: 'pc-17',
      campaign: 'sp4',
      state: 'deferred',
      because:
        'pcmsvc32.exe, service SMS_PACKAGE_COMMAND_MANAGER_NT, automatic start, runs from C:\\MS\\SMS\\BIN ' +
        '(restarting will not help: it starts again with Windows)',
      since: { at: '2026-11-16T20:00:00Z', inWords: '5 min ago' },
      evidence: 'sha-of-the-look',
      next: { action: 'it is looked at again', when: { at: '2026-11-16T20:30:00Z', inWords: 'in 25 min' } },
    });
    expect(why.remarks).toContain(
      'service sms_package_command_manager_nt (pcmsvc32.exe) has been in the way since 2026-11-16T20:00:00Z: 1 look',
    );
  });

  test('says that the ladder is next for a relocatable service, as soon as it persists', () => {
    expect(whyAdmitted(context(), rests(pcm)).otherwise).toBe(
      'relocation of SMS_PACKAGE_COMMAND_MANAGER_NT starts when 2 more looks find it, when it is still there after 1 more restart, ' +
        'or when it is still there at 2026-11-17T20:00:00Z; logged-on users are notified first',
    );
  });

  test('says that the ladder comes at once where the policy does not wait for structural blockers', () => {
    const given = withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] });
    expect(whyAdmitted(context(running(1), {}, given), rests(pcm)).otherwise).toBe(
      'relocation of SMS_PACKAGE_COMMAND_MANAGER_NT starts at the next look',
    );
  });

  test('says that the users of a blocked client get their time first', () => {
    const told = when([
      [evening, look(blockedByPcm, { users: [anna] })],
      [evening + hours(1), activated],
      [evening + hours(1), look(blockedByPcm, { users: [anna] })],
      [evening + hours(2), activated],
      [evening + hours(2), look(blockedByPcm, { users: [anna] })],
      [evening + hours(2), { type: 'UsersNotified' }],
    ]);
    const now = evening + hours(2) + minutes(20);
    expect(whyAdmitted(context(running(1), { now }), rests(told))).toMatchObject({
      because: 'users were notified that the service will be moved',
      otherwise:
        'relocation of SMS_PACKAGE_COMMAND_MANAGER_NT starts when the notice to the users ends, in 40 min',
    });
  });

  test('gives the budget that is left where only waiting helps against a program', () => {
    const program = when([[evening, look(blockedByProgram)]]);
    expect(whyAdmitted(context(), rests(program)).otherwise).toBe(
      'servpack gives up and asks for you after 5 more tries (of 6)',
    );
  });

  test('says when the deferral is the last one', () => {
    const failure = { kind: 'unreachable', message: 'no answer' } as const;
    const tries = [0, 1, 2, 3, 4, 5].flatMap((day): Timed[] => [
      [evening + hours(24 * day), activated],
      [evening + hours(24 * day), { type: 'LookFailed', failure }],
    ]);
    expect(whyAdmitted(context(), rests(when(tries)))).toMatchObject({
      because: 'no answer',
      otherwise: 'the client fails if the next look finds the same: all 6 tries are used',
    });
  });

  test('gives only the budget without the product profile', () => {
    expect(whyAdmitted(context(running(1), { product: null }), rests(pcm)).otherwise).toBe(
      'servpack gives up and asks for you after 5 more tries (of 6)',
    );
  });
});

describe('what happens next to a client that waits', () => {
  const pick = { client: 'pc-17', wave: 0, logonServer: 'LS-ROM' };
  const atNoon = { zone: 'Europe/Berlin', now: evening - hours(8) };
  const opens = { at: '2026-11-16T21:00:00Z', inWords: 'in 9 h' };
  const scheduled = { status: 'scheduled', startAt: evening } as CampaignState;
  const held = [{ logonServer: 'LS-ROM', by: 'anna', because: 'payroll', at: evening }];

  test.each([
    ['when the campaign is started', { status: 'created' } as CampaignState, {}, 0],
    ['when the campaign starts at 2026-11-16T20:00:00Z', scheduled, {}, 0],
    ['when release sms-sp4 is staged', { status: 'waitingForRelease' } as CampaignState, {}, 0],
    ['when the campaign is resumed', paused, {}, 0],
    ['when the campaign is resumed and wave early is open', paused, {}, 1],
    ['when the halt has ended', running(1), { halt: { by: 'anna', because: 'fire', at: evening } }, 0],
    ['when wave early is open', running(1), {}, 1],
  ])('it is admitted %s, and at no time before', (until, state, changes, wave) => {
    const given = context(state, { ...atNoon, ...changes }, withPolicy({ window: nightly }));
    expect(whyWaiting(given, { ...pick, wave }).next).toEqual({
      action: `it is admitted and looked at ${until}`,
      when: null,
    });
  });

  test('it is admitted when its logon server is released', () => {
    const given = context(paused);
    const both = { ...given, campaign: { ...given.campaign, holds: held } };
    expect(whyWaiting(both, pick).next?.action).toBe(
      'it is admitted and looked at when the campaign is resumed and logon server LS-ROM is released',
    );
  });

  test('it is admitted when its window opens, where nothing else is in the way', () => {
    const given = context(running(1), atNoon, withPolicy({ window: nightly }));
    expect(whyWaiting(given, pick).next).toEqual({ action: 'it is admitted and looked at', when: opens });
  });
});

describe('what a person can do while everything is halted', () => {
  const halt = { by: 'kim', because: 'fire', at: evening };
  const way = 'servpack unhalt   # anybody but kim adds --override';
  const pick = { client: 'pc-17', wave: 0, logonServer: 'LS-ROM' };

  test('a client that waits, and one that was begun, name the end of the halt first', () => {
    const given = context(paused, { halt });
    const resume = 'servpack campaign resume sp4   # anybody but anna adds --override';
    expect(whyWaiting(given, pick).actions).toEqual([way, resume]);
    expect(whyAdmitted(given, rests(pcm)).actions).toEqual([way, resume]);
  });

  test('the halt is not in the way of a client that has finished', () => {
    const settled = when([[evening, look(upToDate)]]);
    expect(whyAdmitted(context(running(1), { halt }), rests(settled)).actions).toEqual([]);
  });
});

describe('why an admitted client does not go on', () => {
  test('says that a parked one waits for a slot, and why there is none', () => {
    const parked: Recorded = { ...rests(pcm), index: 'parked', dueAt: null };
    expect(whyAdmitted(context(paused), parked)).toMatchObject({
      next: {
        action:
          'it is looked at again as soon as it gets a slot: the campaign is paused by anna: phones ring',
        when: null,
      },
    });
  });

  test('says that a worker drives it', () => {
    expect(whyAdmitted(context(), { ...rests(admitted), index: 'driven', dueAt: null }).next).toEqual({
      action: 'it is looked at: a worker is working on it',
      when: null,
    });
  });

  test('says until when a restarting one has to be back', () => {
    const restarting = when([
      [evening, look({ setupPhase: 'upgrade' })],
      [evening, { type: 'RestartOrdered' }],
    ]);
    expect(whyAdmitted(context(), rests(restarting))).toMatchObject({
      state: 'restarting',
      because: 'a restart was ordered at 2026-11-16T20:00:00Z; no look has proved yet that it has restarted',
      otherwise: 'if it has not restarted by 2026-11-17T00:00:00Z (in 4 h), it fails',
    });
  });

  test('says that a paused campaign finishes what has begun and begins nothing', () => {
    const remarks = (upgrade: Upgrade): readonly string[] =>
      whyAdmitted(context(paused), rests(upgrade)).remarks;
    expect(remarks(pcm)[0]).toBe(
      'the campaign is paused by anna: phones ring; nothing new starts on the client until the campaign is resumed',
    );
    const marked = when([
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
    ]);
    expect(remarks(marked)[0]).toBe(
      'the campaign is paused by anna: phones ring; work in progress on the client is completed',
    );
  });

  test('gives the step of its procedure, and says that a refusal undoes it', () => {
    const given = withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] });
    const remedying = when([[evening, look(blockedByPcm)]], given);
    expect(whyAdmitted(context(running(1), {}, given), rests(remedying))).toMatchObject({
      state: 'remedying',
      because: 'relocation of SMS_PACKAGE_COMMAND_MANAGER_NT: step 1 of 8 (record)',
      otherwise: 'if the client refuses a step, the relocation is undone',
    });
  });
});

describe('how a client ended', () => {
  test('names the proof, and says that nothing follows', () => {
    const settled = when([[evening, look(upToDate)]]);
    expect(whyAdmitted(context(), { ...rests(settled), index: 'settled', dueAt: null })).toMatchObject({
      state: 'settled',
      because: expect.stringContaining('every file has the hash of the release'),
      evidence: 'sha-of-the-look',
      next: null,
      otherwise: null,
      remarks: ['last looked at 2026-11-16T20:00:00Z'],
    });
  });

  test('says what was done with the service', () => {
    const settled = when([[evening, look(upToDate)]]);
    const moved = withMemory(settled, {
      learned: { relocation: 'done', servicePath: 'C:\\SMS_PCM\\pcmsvc32.exe' },
    });
    expect(whyAdmitted(context(), rests(moved)).remarks).toContain(
      'its service was moved and runs from C:\\SMS_PCM\\pcmsvc32.exe',
    );
    const stopgap = withMemory(settled, { learned: { willBlockAgain: true } });
    expect(whyAdmitted(context(), rests(stopgap)).remarks).toContain(
      'only the workaround was used: the same service will block it again at the next release',
    );
  });
});

describe('what stops a client besides its campaign', () => {
  const pick = { client: 'pc-17', wave: 0, logonServer: 'LS-ROM' };
  const gone = (process: 'worker' | 'leader') => ({ missing: [{ process, since: evening }] });
  const start = 'servpack worker   # with REDIS_URL and SERVPACK_GATEWAY';
  const noWorker = `NO WORKER RUNS since ${isoOf(evening)}: nothing is done on any client`;

  test('no worker runs: nothing is foreseen, and the command that starts one comes first', () => {
    for (const index of ['due', 'driven', 'parked'] as const) {
      const answer = whyAdmitted(context(running(1), gone('worker')), { ...rests(pcm), index });
      expect(answer.remarks[0]).toBe(noWorker);
      expect(answer.actions[0]).toBe(start);
      expect(answer.next?.when).toBeNull();
    }
    const due = whyAdmitted(context(running(1), gone('worker')), rests(pcm));
    expect(due.next?.action).toBe('it is looked at again when a worker runs again');
    const waits = whyWaiting(context(running(1), gone('worker')), pick);
    expect(waits.remarks[0]).toBe(noWorker);
    expect(waits.next?.action).toBe('it is admitted and looked at when a worker runs');
    // A client that has finished, and a campaign that has not started, need no worker.
    const settled = when([[evening, look(upToDate)]]);
    expect(whyAdmitted(context(running(1), gone('worker')), rests(settled)).actions).toEqual([]);
    expect(whyWaiting(context({ status: 'created' }, gone('worker')), pick).actions).toEqual([]);
  });

  test('no orchestrator leads: no client is admitted', () => {
    const answer = whyWaiting(context(running(1), gone('leader')), pick);
    expect(answer.because).toBe('no orchestrator leads, so no client is admitted');
    expect(answer.next?.action).toBe('it is admitted and looked at when an orchestrator leads');
    expect(answer.actions[0]).toMatch(/^servpack orchestrator /);
  });

  test('a halt, a failing leader, a withdrawn release and a removal are named', () => {
    const because = 'x';
    const by = 'kim';
    const given = context(running(1), {
      halt: { by, because: 'fire', at: evening },
      failures: [{ round: 'judge', because: 'Redis refuses', since: evening }],
      withdrawn: { by, because: 'bad file', at: evening },
    });
    const removal = { kind: 'delete', by, because, at: evening } as const;
    const all = { ...given, campaign: { ...given.campaign, removal } };
    for (const { remarks } of [whyAdmitted(all, rests(pcm)), whyWaiting(all, pick)])
      expect(remarks).toEqual(
        expect.arrayContaining([
          `THE LEADER FAILS at this campaign since ${isoOf(evening)}: Redis refuses`,
          `release sms-sp4 was withdrawn by kim at ${isoOf(evening)}: bad file`,
          `the campaign is being deleted by kim since ${isoOf(evening)}: x`,
        ]),
      );
    expect(whyAdmitted(all, rests(pcm)).remarks).toContain(
      'everything is halted by kim: fire; nothing new starts on the client until the halt ends',
    );
  });
});

describe('a client of an aborted campaign that is still being cancelled', () => {
  const ending = {
    end: 'cancelled',
    cause: 'campaign aborted',
    because: 'campaign sp4 was aborted by anna: wrong release',
    blockers: [],
  } as const;

  test('says of the abort, and what comes after the restart', () => {
    const restarting = withMemory(
      { ...pcm, state: { phase: 'restarting', nextLook: evening + minutes(3) } as Upgrade['state'] },
      {
        request: { kind: 'end', ending },
        open: { restart: { orderedAt: evening, deadline: evening + hours(12) } as never },
      },
    );
    const answer = whyAdmitted(context(aborted), rests(restarting));
    expect(answer.remarks).toContain(
      'campaign sp4 was aborted by anna: wrong release; the client ends as cancelled as soon as what has begun on it is completed',
    );
    expect(answer.otherwise).toMatch(
      /^once it has restarted it ends as cancelled, unless it has the release then; if it has not restarted by /,
    );
  });

  test('is not foreseen to be looked at where the abort has not come to it yet', () => {
    const answer = whyAdmitted(context(aborted), rests(pcm));
    expect(answer.next).toEqual({ action: 'it is cancelled as soon as servpack comes to it', when: null });
    expect(answer.remarks).toContain(
      'the campaign was aborted by anna: wrong release; the client is still being cancelled',
    );
  });
});
