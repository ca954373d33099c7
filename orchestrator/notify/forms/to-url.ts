import type { NoticeDocument } from '../../views/notice-document.ts';
import { failed, post, type Sent } from '../post.ts';
import { signingKeysOf, urlOf } from '../secrets.ts';
import { signed } from '../sign.ts';
import type { UrlDestination } from '../settings.ts';
import { mattermostBody, slackBody, teamsBody, webhookBody } from './bodies.ts';
import type { SendContext } from './send-context.ts';

/** Sends a message to a URL, as a webhook or to a chat. */
export async function sendToUrl(
  { env, now, resolve }: SendContext,
  { form, url: source, secret, isPrivateAllowed }: UrlDestination,
  document: NoticeDocument,
): Promise<Sent> {
  const url = urlOf(source, env);
  if (!url.ok) return failed(url.error);
  const body = JSON.stringify(bodies[form](document));
  const to = { url: url.value, body, isPrivateAllowed, resolve };
  if (secret === null) return post({ ...to, headers: {} });
  const keys = signingKeysOf(secret, env, now());
  if (!keys.ok) return failed(keys.error);
  return post({ ...to, headers: { ...signed(document.id, now(), body, keys.value) } });
}

const bodies = { webhook: webhookBody, slack: slackBody, teams: teamsBody, mattermost: mattermostBody };
