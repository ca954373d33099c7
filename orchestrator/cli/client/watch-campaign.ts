import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignStatus } from '../../views/status.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import type { Follow } from './follow-campaign.ts';
import type { WatchScreen } from './watch-screen.ts';

export interface Watch {
  readonly read: () => Promise<Result<CampaignStatus, Refusal>>;
  readonly screen: WatchScreen;
  readonly everyMs: number;
  /** Also stop watching when the campaign is paused, so that a script can decide what to do. */
  readonly untilPaused: boolean;
  /** Shows what the orchestrator pushes; left out = the campaign is read again and again. */
  readonly follow?: Follow;
  /** Stops watching early. */
  readonly signal: AbortSignal;
  /** Without a first answer in this real time the address is taken for a wrong one. */
  readonly patienceMs?: number;
  /** An orchestrator that takes longer for one answer does not answer. */
  readonly answerMs?: number;
}

/** An orchestrator that restarts answers again within this real time. */
const restartMs = 20_000;
const longestAnswerMs = 10_000;

/**
 * Shows a campaign until it has ended. Once the orchestrator has answered, watching goes on however
 * long it is away; only an answer that waiting does not change ends it.
 */
export async function watchCampaign({
  read,
  screen,
  everyMs,
  untilPaused,
  follow,
  signal,
  patienceMs = restartMs,
  answerMs = longestAnswerMs,
}: Watch): Promise<Result<CampaignStatus, Refusal>> {
  const begunAt = performance.now();
  const isOver = (status: CampaignStatus): boolean =>
    status.status === 'ended' || isAbortComplete(status) || (untilPaused && status.paused !== null);
  let isKnown = false;
  const note = onceOnly(`${notPushed} every ${everyMs / 1_000} s`, screen);
  let push = follow;
  let unpushed = 0;
  try {
    for (;;) {
      const status = await readInTime(read, answerMs, signal);
      if (status.ok) {
        isKnown = true;
        screen.show(status.value);
        if (isOver(status.value) || signal.aborted) return status;
        const from = status.value.position;
        if (push !== undefined && from !== undefined) {
          const followed = await push({ from, shown: status.value, isOver });
          if (followed.is === 'over') return ok(followed.status);
          if (followed.is === 'left') continue;
          push = undefined;
        }
        unpushed += 1;
        // An orchestrator that has just started does not know yet where the audit stands.
        if (unpushed === 4) push = undefined;
        if (follow !== undefined && push === undefined) note();
      } else {
        const isLate = !isKnown && performance.now() - begunAt > patienceMs;
        if (!mayComeBack(status.error, isKnown) || signal.aborted || isLate) return err(status.error);
        screen.lost(status.error);
      }
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen.close();
  }
}

const notPushed = 'this orchestrator does not push changes: the campaign is read';

function onceOnly(says: string, screen: WatchScreen): () => void {
  let isSaid = false;
  return () => {
    if (!isSaid) screen.note?.(says);
    isSaid = true;
  };
}

/** Never waits longer than `answerMs`, and not at all after the person has stopped watching. */
async function readInTime(
  read: Watch['read'],
  answerMs: number,
  signal: AbortSignal,
): Promise<Result<CampaignStatus, Refusal>> {
  const answered = new AbortController();
  const ends = AbortSignal.any([signal, answered.signal]);
  const late = delay(answerMs, undefined, { signal: ends })
    .catch(() => undefined)
    .then(() => err(fault('unreachable', 'the orchestrator does not answer')));
  const status = await Promise.race([read(), late]);
  answered.abort();
  return status;
}

/**
 * Whether the same question may get an answer later. While an orchestrator that has answered
 * restarts, a proxy may answer in its place, and the orchestrator itself with a fault of its own.
 */
function mayComeBack({ code }: Refusal, isKnown: boolean): boolean {
  if (code === 'unreachable' || (code.startsWith('store') && code !== 'store.gone')) return true;
  return isKnown && (code.startsWith('unreachable') || code === 'internal');
}

/** Whether the work in progress of an aborted campaign is completed: nothing more happens. */
const isAbortComplete = ({ status, endedAt }: CampaignStatus): boolean =>
  status === 'aborted' && endedAt !== null;
