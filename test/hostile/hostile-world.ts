import { openConditions } from '../../orchestrator/notify/conditions.ts';
import { makeNotices } from '../../orchestrator/rounds/make-notices.ts';
import type { NoticeDocument } from '../../orchestrator/views/notice-document.ts';
import { noticeKinds } from '../../orchestrator/domain/notice-kinds.ts';
import type { Blocker } from '../../shared/domain/observation/blocker.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { bring, contextOf, firstWave, rest } from '../integration/admitted-clients.ts';
import { takeMessages } from '../notify/notice-fixture.ts';

/** What a browser, a spreadsheet, Markdown and a chat take for more than text. */
export const printable = '=cmd|<img src=x onerror=alert(1)>](javascript:x)<!channel> `rm`';

/** The same with what a terminal executes, what reorders a line, and what begins a new one. */
export const hostile = `${printable}\u001B]0;owned\u0007\u009B2J\u202Egnp.exe\r\nBcc: all@example.org\t@SUM(1)\u2028end`;

/** A person may write any of it; a file gives each text in quotes. */
const quoted = JSON.stringify;

const file = `campaign: sp4
release: sms-sp4
ticket: ${quoted(printable)}
select: { exclude: [{ clients: [pc-8], reason: ${quoted(hostile)} }] }
waves:
  - { name: canary, count: 5 }
  - { name: rest, rest: true }
blackouts: [{ from: "2026-12-20", to: "2027-01-03", reason: ${quoted(hostile)} }]
`;

/** What a look found on a client that answers what it likes. */
const blockers: readonly Blocker[] = [
  {
    kind: 'service',
    executable: hostile,
    imagePath: `C:\\${hostile}`,
    pid: 1,
    since: now,
    service: hostile,
    startType: 'automatic',
    structural: true,
  },
  {
    kind: 'program',
    executable: hostile,
    imagePath: `C:\\${hostile}`,
    pid: 2,
    since: now,
    session: 1,
    user: hostile,
  },
  { kind: 'heldFile', file: hostile },
  { kind: 'couldNotLook', error: hostile },
];

const deferred = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'deferred', class: 'service', until: now + 60_000, because: hostile, blockers },
});

const failed = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: now, end: 'failed', cause: hostile, because: hostile, blockers },
});

const by = { form: 'command', run: ['page.sh'], timeoutMs: 30_000 } as const;

/** What happened in the world, as the leader makes messages of it. */
const noticeRound = () =>
  makeNotices({
    settings: {
      link: null,
      gatherMs: 0,
      destinations: [{ name: 'desk', kinds: noticeKinds, quiet: null, by }],
    },
    queue: { look: async () => undefined, rest: async () => undefined },
    conditions: openConditions(new Set(noticeKinds), { everyMs: 0, persistsMs: 0, stillMs: 60_000 }),
  });

export interface HostileWorld {
  readonly orchestrator: SmallOrchestrator;
  /** The messages about what happened in it. */
  readonly notices: readonly NoticeDocument[];
}

/** An orchestrator that holds the text in every place into which anybody can write one. */
export async function startHostileWorld(): Promise<HostileWorld> {
  const orchestrator = await startSmallOrchestrator();
  const round = noticeRound();
  await round.run(contextOf(orchestrator));
  const ask = async (path: string, body: object): Promise<void> => {
    const answer = await orchestrator.ask('POST', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  };
  const reason = hostile;
  await ask('/v1/fleet', { file: hostile, text: fleetCsv });
  await ask('/v1/releases', { path: writeRelease(orchestrator, `printf '%s' ${quoted(printable)}`) });
  await ask('/v1/campaigns', { file: hostile, text: file });
  await ask('/v1/campaigns/sp4/start', {});
  const [first = '', second = '', third = ''] = await firstWave(orchestrator, 3);
  await bring(orchestrator.store, first, deferred, rest);
  await bring(orchestrator.store, second, failed, { index: 'settled' });
  await ask(`/v1/clients/${third}/skip`, { reason });
  await ask(`/v1/clients/${first}/checkin`, { transcript: hostile });
  await ask('/v1/campaigns/sp4/hold', { logonServers: ['LS-MIL'], reason });
  await ask('/v1/server-limits', { logonServer: 'LS-ROM', active: 5, reason });
  await makeToken(orchestrator, 'night', { person: 'anna' });
  await ask('/v1/tokens/night/revoke', { reason });
  await ask('/v1/fleet/tokens/revoke', { client: 'pc-1', reason });
  await ask('/v1/campaigns', { file: hostile, text: file.replace('sp4', 'sp5').replace('pc-8', 'pc-7') });
  await ask('/v1/campaigns/sp5/abort', { reason });
  await ask('/v1/campaigns/sp4/pause', { reason });
  await ask('/v1/halt', { reason });
  await round.run(contextOf(orchestrator));
  return { orchestrator, notices: await takeMessages(orchestrator.store) };
}
