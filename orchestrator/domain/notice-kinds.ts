/** What servpack sends a message about. `docs/notify.md` explains each kind. */
export const noticeKinds = [
  'campaign.started',
  'campaign.paused',
  'campaign.resumed',
  'campaign.aborted',
  'campaign.ended',
  'campaign.still',
  'wave.opened',
  'gate.broken',
  'stop.fired',
  'approval.requested',
  'approval.decided',
  'approval.expired',
  'clients.failed',
  'blocker.rising',
  'forecast.slipped',
  'copy.broken',
  'release.withdrawn',
  'everything.halted',
  'workers.none',
  'leader.failing',
  'audit.stalled',
  'redis.away',
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** Sent at once, also in quiet hours: campaigns stand still until a person does something. */
const critical: ReadonlySet<string> = new Set<NoticeKind>([
  'campaign.paused',
  'campaign.resumed',
  'campaign.aborted',
  'campaign.still',
  'gate.broken',
  'stop.fired',
  'approval.expired',
  'release.withdrawn',
  'everything.halted',
  'workers.none',
  'leader.failing',
  'audit.stalled',
  'redis.away',
]);

export const isCritical = (kind: NoticeKind): boolean => critical.has(kind);

/** These may come and go: each of them waits for those before, also where it ends an alarm. */
const flapping: ReadonlySet<string> = new Set<NoticeKind>([
  'campaign.still',
  'workers.none',
  'leader.failing',
  'audit.stalled',
]);

export const mayFlap = (kind: NoticeKind): boolean => flapping.has(kind);

/** Only for destinations that ask for them: they say that all goes as planned, or come often. */
const onRequest: ReadonlySet<string> = new Set<NoticeKind>([
  'campaign.started',
  'wave.opened',
  'clients.failed',
]);

/** What a destination gets that names no kinds. */
export const usualKinds: readonly NoticeKind[] = noticeKinds.filter((kind) => !onRequest.has(kind));
