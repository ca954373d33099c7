import type { Logger } from 'pino';
import type { SendContext } from '../notify/forms/send-context.ts';
import { failed, type Sent } from '../notify/post.ts';
import type { ForwardedEntry } from './entry.ts';
import { sendSyslog } from './send-syslog.ts';
import { sendWebhook } from './send-webhook.ts';
import type { ForwardSettings } from './settings.ts';

/** Sends batches of audit entries to the one receiver of the settings. */
export interface Forwarder {
  readonly entries: ForwardSettings['entries'];
  /** Never rejects. */
  send(batch: readonly ForwardedEntry[]): Promise<Sent>;
}

/** @param stop gives the batch up that is being sent */
export function openForwarder(
  { entries, receiver }: ForwardSettings,
  sending: Pick<SendContext, 'env' | 'now' | 'resolve'>,
  stop: AbortSignal,
  log: Pick<Logger, 'info' | 'warn'>,
): Forwarder {
  let isFailing = false;
  const send = (batch: readonly ForwardedEntry[]): Promise<Sent> =>
    receiver.to === 'syslog' ? sendSyslog(receiver, batch, stop) : sendWebhook(sending, receiver, batch);
  return {
    entries,
    send: async (batch) => {
      const sent = await send(batch).catch(() =>
        failed('sending failed in a way that servpack does not know'),
      );
      const { because } = sent;
      if (sent.kind !== 'delivered' && !isFailing)
        log.warn({ because }, 'the audit is not forwarded; tries again');
      if (sent.kind === 'delivered' && isFailing) log.info('the audit is forwarded again');
      isFailing = sent.kind !== 'delivered';
      return sent;
    },
  };
}
