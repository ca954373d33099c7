import type { NoticeState } from './gather-notices.ts';
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

const wordsOver: Readonly<Partial<Record<NoticeKind, string>>> = {
  'workers.none': 'a worker runs again, or no campaign needs one',
  'forecast.slipped': 'nine of ten simulations end in time again, or the campaign does not run',
  'leader.failing': 'the leader does this work again',
  'audit.stalled': 'the audit is written again',
  'copy.broken': 'the copy is whole again, or no running campaign needs it',
  'campaign.still': 'something has happened again, or nothing waits',
  'blocker.rising': 'it holds up half as many clients or fewer, or the campaign does not run',
  'approval.requested': 'no client waits for an approval',
};

/** What has become of conditions since the alarms were written: some have begun, some are over. */
export function changedConditions(
  { alarms }: NoticeState,
  isSo: readonly Condition[],
  now: number,
): readonly Happening[] {
  const names = new Set(isSo.map(({ alarm }) => alarm));
  const over = Object.entries(alarms).filter(([name]) => ofConditions.test(name) && !names.has(name));
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
    ...over.map(([name, { kind, campaign, about }]): Happening => ({
      kind: kindOver(kind),
      campaign,
      ...(about === undefined ? {} : { about }),
      at: now,
      who: null,
      says: wordsOver[kind] ?? 'this is over',
      closes: [name],
      onlyCloses: true,
    })),
  ];
}
