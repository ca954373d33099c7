import type { Alarm, NoticeState } from './gather-notices.ts';
import type { Happening } from './happening.ts';
import type { NoticeKind } from './notice-kinds.ts';

/** Something that lasts and has no audit entry of its own. */
export interface Condition {
  /** The name of its alarm. */
  readonly alarm: string;
  readonly kind: NoticeKind;
  readonly campaign?: string;
  readonly about?: string;
  readonly says: string;
}

/** Alarms of conditions begin with these words. */
const ofConditions =
  /^(?:workers$|audit$|copy\||failing\||forecast\||still\||rising\||approval\|[^|]*\|clients$)/u;

/** The end of a question is an answer. */
const kindOver = (kind: NoticeKind): NoticeKind =>
  kind === 'approval.requested' ? 'approval.decided' : kind;

/** What a look has found. */
export interface Found {
  readonly isSo: readonly Condition[];
  /** Alarms of which nobody can say now whether they are over: they stay open. */
  readonly unknown: ReadonlySet<string>;
  /** Why alarms are over, where the look itself has seen it. */
  readonly because: ReadonlyMap<string, string>;
  /** Names of the campaigns that run, and of their releases. */
  readonly running: ReadonlySet<string>;
  readonly releases: ReadonlySet<string>;
}

/** Why an alarm is over: one reason, which the title of its last message says, too. */
function whyOver(name: string, { kind, campaign, about = '' }: Alarm, found: Found): string {
  const { because, running, releases } = found;
  const seen = because.get(name);
  if (seen !== undefined) return seen;
  const isIdle = campaign !== '' && !running.has(campaign);
  switch (kind) {
    case 'workers.none':
      return running.size === 0 ? 'no campaign runs, so no worker is needed' : 'a worker runs again';
    case 'audit.stalled':
      return 'the audit is written again';
    case 'leader.failing':
      return 'the leader no longer fails at it';
    case 'copy.broken':
      return releases.has(about) ? 'that copy is no longer checked' : 'no running campaign needs its copies';
    case 'forecast.slipped':
      return isIdle ? notRunning : 'its forecast is in time again';
    case 'campaign.still':
      return isIdle ? notRunning : 'it goes on';
    case 'blocker.rising':
      return isIdle ? notRunning : 'a blocker holds up fewer clients again';
    case 'approval.requested':
      return isIdle ? notRunning : 'no client waits for an approval';
    default:
      return 'this is over';
  }
}

const notRunning = 'it does not run now';

/**
 * What has become of conditions since the alarms were written: some have begun, some are over. An
 * alarm is over only when the look knows that it is.
 */
export function changedConditions(
  { alarms }: Pick<NoticeState, 'alarms'>,
  found: Found,
  now: number,
): readonly Happening[] {
  const { isSo, unknown } = found;
  const names = new Set(isSo.map(({ alarm }) => alarm));
  const isOver = (name: string): boolean => ofConditions.test(name) && !names.has(name) && !unknown.has(name);
  const over = Object.entries(alarms).filter(([name]) => isOver(name));
  return [
    ...isSo
      .filter(({ alarm }) => alarms[alarm] === undefined)
      .map(({ alarm, kind, campaign = '', about, says }): Happening => ({
        kind,
        campaign,
        ...(about === undefined ? {} : { about }),
        at: now,
        who: null,
        says,
        opens: alarm,
      })),
    ...over.map(([name, alarm]): Happening => ({
      kind: kindOver(alarm.kind),
      campaign: alarm.campaign,
      ...(alarm.about === undefined ? {} : { about: alarm.about }),
      at: now,
      who: null,
      says: whyOver(name, alarm, found),
      closes: [name],
      onlyCloses: true,
    })),
  ];
}
