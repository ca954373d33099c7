import { type End, isFailure } from '../../shared/domain/outcome/ending.ts';
import { addStates, noStates, type States } from '../../shared/domain/outcome/states.ts';
import type { ReportData } from '../../orchestrator/report/report-data.ts';
import { tallyOf } from '../../orchestrator/report/tally.ts';
import type { CampaignReport, ClientReport } from '../../orchestrator/views/report.ts';

/** A campaign of some hundred clients with a few exceptions: what a report is made of. */

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 30, 20);
const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
const hex = (seed: number): string => seed.toString(16).padStart(8, '0').repeat(8);

export interface SampleOptions {
  readonly size: number;
  /** Stands in names, reasons and remarks. */
  readonly hostile?: string;
  readonly isRunning?: boolean;
}

const waveNames = ['canary', 'early', 'rest'];

function endOf(n: number): { readonly end: End; readonly cause: string; readonly reason: string } {
  if (n % 97 === 13)
    return { end: 'failed', cause: 'did not restart', reason: 'it did not restart in 12 h after 3 orders' };
  if (n % 61 === 7)
    return {
      end: 'needsAttention',
      cause: 'still unreachable after 6 tries',
      reason: 'still unreachable after 6 tries: the name is known and nothing listens on port 22',
    };
  if (n % 83 === 5)
    return { end: 'excluded', cause: 'server', reason: 'this machine is a server; servers are excluded' };
  if (n % 41 === 3)
    return {
      end: 'alreadyCurrent',
      cause: 'already current',
      reason: 'it was current before anything was done: every file has the hash of the release',
    };
  if (n % 120 === 11)
    return { end: 'skipped', cause: 'skipped', reason: 'skipped by anna: goes to the dump next week' };
  return { end: 'upgraded', cause: 'proved', reason: 'proved: 22 of 22 files have the hash of the release' };
}

export function sampleClients({
  size,
  hostile = '',
  isRunning = false,
}: SampleOptions): readonly ClientReport[] {
  return Array.from({ length: size }, (_, n): ClientReport => {
    const wave = n < size * 0.02 ? 0 : n < size * 0.25 ? 1 : 2;
    const isOpen = isRunning && n > size * 0.6;
    const { end, cause, reason } = endOf(n);
    const within = (n * 7919) % 1_000;
    const pace = isRunning ? 0.5 : 4;
    const settledAt = start + wave * 14 * hour + (within / 1_000) ** 1.4 * (wave + 2) * pace * hour;
    return {
      client: `pc-${String(n).padStart(4, '0')}${hostile}`,
      wave: waveNames[wave] ?? '',
      logonServer: `LS-${n % 4}`,
      attempt: 1,
      state: isOpen ? 'waiting' : 'settled',
      end: isOpen ? null : end,
      cause: isOpen ? null : cause,
      reason: isOpen ? null : `${reason}${hostile}`,
      settledAt: isOpen ? null : iso(Math.round(settledAt / 1_000) * 1_000),
      blockers: [],
      evidence: isOpen ? null : hex(n + 1),
      relocation: n % 9 === 0 ? 'done' : 'none',
      servicePath: null,
      willBlockAgain: false,
      deferrals: {},
      waitsFor: null,
      since: null,
      next: null,
      tries: null,
      held: null,
      stillMarked: false,
      unmarked: null,
    };
  });
}

const statesOf = (clients: readonly ClientReport[]): States =>
  clients.map(({ end }) => ({ ...noStates, [end ?? 'waiting']: 1 })).reduce<States>(addStates, noStates);

export async function sampleReport(options: SampleOptions): Promise<ReportData> {
  const { hostile = '', isRunning = false, size } = options;
  const clients = sampleClients(options);
  const endedAt = isRunning ? null : iso(start + 52 * hour);
  const states = statesOf(clients);
  const waves = waveNames.map((wave) => {
    const own = clients.filter((client) => client.wave === wave);
    const gate =
      wave === 'rest' ? 'the last wave' : 'passed: settled 100 % (asked 80 %), not ok 2 % (allowed 15 %)';
    return { wave: `${wave}${hostile}`, size: own.length, states: statesOf(own), isOpen: true, gate };
  });
  const settled = clients.filter(({ end }) => end !== null).length;
  const span = (from: number, p50: number, p90: number) => ({
    opens: { planned: iso(start + from * hour), actual: iso(start + (from === 0 ? 0 : from + 1) * hour) },
    ends: {
      p50: iso(start + p50 * hour),
      p90: iso(start + p90 * hour),
      actual: isRunning ? null : iso(start + (p50 + 3) * hour),
    },
    laterMs: isRunning ? null : 3 * hour,
    causes: [],
    restMs: null,
  });
  const report: CampaignReport = {
    campaign: `sms-sp4${hostile}`,
    release: 'sms-1.2-sp4',
    ticket: `CHG0041177${hostile}`,
    status: isRunning ? 'running' : 'ended',
    paused: null,
    removal: null,
    held: null,
    holds: [],
    actions: [],
    halted: null,
    withdrawn: null,
    aborted: null,
    failures: [],
    stillMarked: 0,
    unmarked: 0,
    startsAt: null,
    createdAt: iso(start - 3 * hour),
    startedAt: iso(start),
    endedAt,
    at: iso(start + (isRunning ? 30 : 53) * hour),
    tookMs: (isRunning ? 30 : 52) * hour,
    size,
    settled,
    states,
    waves,
    logonServers: [],
    notStaged: [],
    deferrals: [],
    relocations: { done: clients.filter(({ relocation }) => relocation === 'done').length, undone: 1 },
    willBlockAgain: 4,
    causes: [],
    hash: hex(77),
    archived: null,
    ...(isRunning
      ? {
          forecast: {
            madeAt: iso(start + 29 * hour),
            ends: { p50: iso(start + 60 * hour), p90: iso(start + 76 * hour) },
            because: null,
            says: `ends: P50 ${iso(start + 60 * hour)}, P90 ${iso(start + 76 * hour)} (forecast 3 min old)`,
          },
        }
      : {}),
    planned: {
      madeAt: iso(start),
      comparedAt: iso(start + (isRunning ? 30 : 53) * hour),
      because: null,
      seed: 'plan',
      replicates: 10,
      assumptions: ['38 clients were never looked at: they are as the model fleet'],
      ends: { p50: iso(start + 46 * hour), p90: iso(start + 58 * hour), actual: endedAt },
      laterMs: isRunning ? null : 6 * hour,
      causes: [
        {
          cause: `blocked by pcmsvc32.exe${hostile}`,
          plannedMs: 2 * hour,
          actualMs: 5 * hour,
          moreMs: 3 * hour,
        },
        { cause: 'outside the windows', plannedMs: 20 * hour, actualMs: 22 * hour, moreMs: 2 * hour },
        { cause: 'waiting for a restart', plannedMs: 3 * hour, actualMs: 2 * hour, moreMs: -hour },
      ],
      restMs: 2 * hour,
      waves: [
        { wave: `canary${hostile}`, ...span(0, 5, 8) },
        { wave: `early${hostile}`, ...span(10, 22, 28) },
        { wave: `rest${hostile}`, ...span(26, 46, 58) },
      ],
      besides: ['1 edit', '4 clients tried again'],
    },
    blockers: [
      {
        blocker: `service sms_package_command_manager_nt (pcmsvc32.exe)${hostile}`,
        alone: 0,
        blocks: 0,
        met: 54,
      },
      { blocker: 'program excel.exe', alone: 3, blocks: 3, met: 31 },
      { blocker: 'a pending restart', alone: 0, blocks: 0, met: 12 },
    ],
    clients: [],
  };
  const step = (at: number, who: string, from: string, to: string, because: string) => ({
    at: iso(start + at * hour),
    who: `${who}${hostile}`,
    from,
    to,
    because: `${because}${hostile}`,
  });
  return {
    report,
    tallied: await tallyOf(streamOf(clients), waveNames),
    selection: 'clients with label office',
    exclusions: `label kiosk: changed by the vendor alone${hostile}`,
    steps: [
      step(-3, 'anna', '', 'created', 'created from the campaign file'),
      step(0, 'anna', 'created', 'running', 'started'),
      step(13, 'orchestrator', 'running', 'running', 'wave early opens: 98 % of canary are finished'),
      step(20, 'kim', 'running', 'paused', 'payroll runs until 18:00'),
      step(22, 'kim', 'paused', 'running', 'payroll is done'),
      step(27, 'ben', 'running', 'running', 'approved wave rest: looks good on early'),
      ...(isRunning ? [] : [step(52, 'orchestrator', 'running', 'ended', 'every client is finished')]),
    ],
    moreSteps: 0,
    seals: [{ shard: 0, block: 118, head: hex(4_711) }],
    owners: new Map(
      clients
        .filter(({ end }) => end !== null && isFailure(end))
        .map(({ client }) => [client, `anna${hostile}`]),
    ),
    list: null,
  };
}

async function* streamOf(clients: readonly ClientReport[]): AsyncGenerator<ClientReport> {
  yield* clients;
}
