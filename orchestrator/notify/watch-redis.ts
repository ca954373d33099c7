import { randomUUID } from 'node:crypto';
import type { OrchestratorContext } from '../context.ts';
import type { Group } from '../domain/gather-notices.ts';
import { alarmOf, type Happening } from '../domain/happening.ts';
import { repeat, type Repeated } from '../rounds/repeat.ts';
import { noticeDocument, type NoticeDocument } from '../views/notice-document.ts';
import { messageOf } from '../../shared/errors.ts';
import { send } from './forms/send.ts';
import type { Notifier } from './notifier.ts';
import type { Delivering } from './settings.ts';

export interface RedisWatchTiming {
  /** Real time between two looks, and between two tries to deliver a message. */
  readonly everyMs: number;
  /** Real time without an answer after which people are notified. */
  readonly awayMs: number;
}

const usualTiming: RedisWatchTiming = { everyMs: 5_000, awayMs: 60_000 };

/** A receiver that is away as well, as in a broken network, is tried for so long. Real time. */
const triedMs = 86_400_000;

/**
 * Notifies people when Redis does not answer, and when it does again. Lines and queue are in Redis,
 * so this process sends such messages itself. Only the process that led last does, so that they
 * come once.
 * @param isLeading whether this process leads now
 */
export function watchRedis(
  { store, log }: Pick<OrchestratorContext, 'store' | 'log'>,
  { settings, sending }: Notifier,
  isLeading: () => boolean,
  timing: RedisWatchTiming = usualTiming,
): Repeated {
  const left: { readonly by: Delivering; readonly document: NoticeDocument; readonly until: number }[] = [];
  let hasLed = false;
  let awaySince: number | null = null;
  let alarm: { readonly id: string; readonly since: number; readonly says: string } | null = null;

  const put = (id: string, group: Group): void => {
    const receivers = settings.destinations.filter(({ kinds }) => kinds.includes('redis.away'));
    const document = noticeDocument(id, group, null, settings.link, sending.now());
    left.push(...receivers.map(({ by }) => ({ by, document, until: sending.now() + triedMs })));
  };
  const groupOf = (happening: Happening, ends: Group['ends'] = []): Group => {
    const { kind, campaign } = happening;
    return { kind, campaign, dueAt: 0, happenings: [happening], inAll: 1, ends };
  };
  const about = (says: string): Happening => ({
    kind: 'redis.away',
    campaign: '',
    at: sending.now(),
    who: null,
    says,
  });
  const answers = (): void => {
    hasLed = isLeading();
    awaySince = null;
    if (alarm === null) return;
    const { id, since, says } = alarm;
    alarm = null;
    const ended = { kind: 'redis.away' as const, campaign: '', since, says, notices: [id] };
    put(newId(), groupOf(about('Redis answers again: what waited goes on'), [ended]));
  };
  const isAway = (error: unknown): void => {
    awaySince ??= sending.now();
    if (alarm !== null || !hasLed || sending.now() < awaySince + timing.awayMs) return;
    const says = `${messageOf(error)}; nothing begins on any client until it does`;
    alarm = { id: newId(), since: awaySince, says };
    put(alarm.id, groupOf({ ...about(says), opens: alarmOf.redis }));
  };
  const deliver = async (): Promise<void> => {
    for (const each of left.splice(0)) {
      const sent = await send(sending, each.by, each.document);
      if (sent.kind === 'failed' && sending.now() < each.until) left.push(each);
      else log.info({ notice: each.document.id, because: sent.because }, `message ${sent.kind}`);
    }
  };
  const look = async (): Promise<void> => {
    await store.readTime().then(answers, isAway);
    await deliver();
  };
  return repeat('watch over Redis', timing.everyMs, look, log);
}

const newId = (): string => `msg_${randomUUID().replaceAll('-', '')}`;
