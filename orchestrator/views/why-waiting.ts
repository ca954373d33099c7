import { allOf } from '../domain/counted.ts';
import { maxDownloadsAt, roomToBegin } from '../../shared/domain/campaign/admission.ts';
import { type Copies, whyNotStaged } from '../../shared/domain/campaign/copies.ts';
import { waveProgress } from '../domain/wave-progress.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { speedNow } from '../domain/speed.ts';
import { type ServerShareNow, whyServerFull } from './server-share-words.ts';
import { whyNotFaster } from './speed-words.ts';
import type { StartsIn } from '../../shared/domain/campaign/speed.ts';
import { gateWords } from './gate-words.ts';
import { heldInWaves, holdInWords, holdOver } from './holds.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { downloadsIn, type Counters } from '../../shared/domain/outcome/counters.ts';
import { awaitingOf, type Campaign } from '../../shared/domain/campaign/campaign.ts';

/** What limits starts and slots besides the campaign's budgets. */
export interface SharedLimits {
  /** How many clients the campaign started lately; left out = it has no speed. */
  readonly starts?: readonly StartsIn[];
  /** Who has the slots of logon servers with a limit over all campaigns; left out = none has. */
  readonly shares?: readonly ServerShareNow[];
}

/** Why nothing starts in a client's wave, or null when the wave is open and the campaign runs. */
export function whyNotOpen(
  {
    campaign,
    counters,
    now,
    halt = null,
  }: {
    readonly campaign: Campaign;
    readonly counters: Counters;
    readonly now: number;
    readonly halt?: Halt | null;
  },
  wave: number,
): string | null {
  const { definition, state, waveSizes } = campaign;
  if (state.status !== 'running' && state.status !== 'ended') return whyNotRunning(campaign);
  if (halt !== null) return whyHalted(halt);
  if (wave < state.openWaves) return null;
  const last = state.openWaves - 1;
  const progress = waveProgress(waveSizes, counters);
  const gate = gateWords(campaign, progress, now, { held: heldInWaves(campaign, counters) })[last] ?? '';
  return `its wave ${definition.waves[wave]?.name ?? ''} is not open; wave ${definition.waves[last]?.name ?? ''} ${gate}`;
}

/**
 * Why a client that may be admitted has no slot yet.
 * @param isStart the slot would be its first one: the speed of the campaign limits such starts
 */
export function whyNoSlot(
  {
    campaign,
    slots,
    halt = null,
    copies = null,
    counters,
    starts = [],
    shares = [],
    now,
  }: {
    readonly campaign: Campaign;
    readonly counters: Counters;
    readonly copies?: Copies | null;
    readonly slots: { readonly active: number; readonly perLogonServer: Readonly<Record<string, number>> };
    readonly halt?: Halt | null;
    readonly now: number;
  } & SharedLimits,
  logonServer: string,
  isStart = false,
): string {
  const { budgets } = campaign.definition;
  const stopped = whyStopped({ campaign, halt }, logonServer);
  if (stopped !== null) return stopped;
  const status = copies?.found.find((each) => each.logonServer === logonServer);
  if (copies !== null && status?.state !== 'verified')
    return `waits for the release on its logon server: ${whyNotStaged(logonServer, status)}`;
  const slotsThere = Object.hasOwn(slots.perLogonServer, logonServer)
    ? (slots.perLogonServer[logonServer] ?? 0)
    : 0;
  const most = maxDownloadsAt(budgets, logonServer);
  const use = {
    ...downloadsIn((name) => counters[name], logonServer),
    slots: slotsThere,
    isStaged: true,
  };
  if (most !== null && roomToBegin(most, use) <= 0)
    return `${allOf(most, 'download')} of logon server ${logonServer} ${most === 1 ? 'is' : 'are'} in use: ${use.downloading === 1 ? '1 client is marked, and its' : `${use.downloading} clients are marked, and their`} upgrade is not proved yet`;
  if (slots.active >= budgets.active)
    return `${allOf(budgets.active, 'slot')} of the campaign ${budgets.active === 1 ? 'is' : 'are'} in use`;
  if (slotsThere >= budgets.perLogonServer) {
    return `${allOf(budgets.perLogonServer, 'slot')} of logon server ${logonServer} ${budgets.perLogonServer === 1 ? 'is' : 'are'} in use`;
  }
  const full = whyServerFull(shares, logonServer, campaign.definition);
  if (full !== null) return full;
  const speed = isStart ? speedNow(campaign, counters) : null;
  const slow = speed === null ? null : whyNotFaster(speed, starts, now);
  if (slow !== null) return slow;
  return 'a slot is free: it is admitted in one of the next rounds';
}

/** Why nothing begins on clients of this logon server, whatever is free; null = something may. */
export function whyStopped(
  { campaign, halt = null }: { readonly campaign: Campaign; readonly halt?: Halt | null },
  logonServer: string,
): string | null {
  if (campaign.state.status !== 'running') return whyNotRunning(campaign);
  if (halt !== null) return whyHalted(halt);
  const hold = holdOver(campaign, logonServer);
  return hold === null ? null : holdInWords(hold);
}

/**
 * All that has to happen before a client that waits may be admitted, besides a slot and its window.
 */
export function untilMayBegin(
  { campaign, halt = null }: { readonly campaign: Campaign; readonly halt?: Halt | null },
  { wave, logonServer }: { readonly wave: number; readonly logonServer: string },
): string[] {
  const { definition, state } = campaign;
  const started = untilRuns(campaign);
  const isOpen = !('openWaves' in state) || wave < state.openWaves;
  return [
    ...(started === null ? [] : [started]),
    ...(halt === null ? [] : ['the halt has ended']),
    ...(isOpen ? [] : [`wave ${definition.waves[wave]?.name ?? ''} is open`]),
    ...(holdOver(campaign, logonServer) === null ? [] : [`logon server ${logonServer} is released`]),
  ];
}

function untilRuns({ definition, state }: Campaign): string | null {
  if (state.status === 'paused' || awaitingOf(state)?.paused !== undefined) return 'the campaign is resumed';
  switch (state.status) {
    case 'created':
      return 'the campaign is started';
    case 'scheduled':
      return `the campaign starts at ${isoOf(state.startAt)}`;
    case 'waitingForRelease':
      return `release ${definition.release} is staged`;
    case 'running':
    case 'ended':
    case 'aborted':
      return null;
  }
}

const whyHalted = ({ by, because }: Halt): string => `everything is halted by ${by}: ${because}`;

function whyNotRunning({ definition, state }: Campaign): string {
  const paused = awaitingOf(state)?.paused;
  if (paused !== undefined) return `the start of the campaign is paused by ${paused.by}: ${paused.because}`;
  switch (state.status) {
    case 'created':
      return 'the campaign is not started yet';
    case 'scheduled':
      return `the campaign starts at ${isoOf(state.startAt)}`;
    case 'aborted':
      return `the campaign was aborted by ${state.by}: ${state.because}`;
    case 'waitingForRelease':
      return `the campaign waits until release ${definition.release} is staged`;
    case 'paused':
      return `the campaign is paused by ${state.by}: ${state.because}`;
    case 'running':
    case 'ended':
      return `the campaign ${statusClause[state.status]}`;
  }
}
