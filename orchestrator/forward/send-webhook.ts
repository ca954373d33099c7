import type { SendContext } from '../notify/forms/send-context.ts';
import { failed, post, type Sent } from '../notify/post.ts';
import { signingKeysOf, urlOf } from '../notify/secrets.ts';
import { signed } from '../notify/sign.ts';
import { type ForwardedEntry, nameOf } from './entry.ts';
import type { WebhookReceiver } from './settings.ts';

/**
 * Sends a batch as JSON. Its id follows from its entries, so the same batch has the same id again.
 */
export async function sendWebhook(
  { env, now, resolve }: Pick<SendContext, 'env' | 'now' | 'resolve'>,
  { url: source, secret, isPrivateAllowed }: WebhookReceiver,
  entries: readonly ForwardedEntry[],
): Promise<Sent> {
  const url = urlOf(source, env);
  if (!url.ok) return failed(url.error);
  const keys = signingKeysOf(secret, env, now());
  if (!keys.ok) return failed(keys.error);
  const body = JSON.stringify({ schemaVersion: 1, type: 'audit.entries', entries: entries.map(documentOf) });
  const [first, last] = [entries[0], entries.at(-1)];
  const names = [first, last].map((entry) => (entry === undefined ? '' : nameOf(entry)));
  const id = `audit_${names.join('_').replaceAll('/', '-')}`;
  const headers = { ...signed(id, now(), body, keys.value) };
  return post({ url: url.value, body, isPrivateAllowed, resolve, headers });
}

const documentOf = (forwarded: ForwardedEntry) => {
  const { entry, again } = forwarded;
  const { at, campaign, client, who, from, to, because, evidence, version, servpack } = entry;
  return {
    id: nameOf(forwarded),
    at: new Date(at).toISOString(),
    campaign,
    client,
    who,
    from,
    to,
    because,
    evidence,
    version,
    servpack,
    ...(again ? { again } : {}),
  };
};
