import { hostname } from 'node:os';
import { visible } from '../../shared/visible-text.ts';
import { type ForwardedEntry, nameOf } from './entry.ts';

/** Facility 13, "log audit" (RFC 5424, table 1). */
const facility = 13;
/** Table 2: notice for what a person or servpack decided about a campaign, informational else. */
const severities = { notice: 5, informational: 6 } as const;

/** A text of an entry is cut here: receivers must take 2,048 octets and should take 8,192 (6.1). */
const textAtMost = 1_000;

/**
 * An entry as a message of RFC 5424, without line ends. Names come from clients and people: what is
 * no printable text is replaced, and what would end a value is escaped (6.3.3).
 * @param enterprise private enterprise number in the name of the structured data
 */
export function syslogMessage(forwarded: ForwardedEntry, enterprise: number): string {
  const { entry, again } = forwarded;
  const { at, campaign, client, who, from, to, because, evidence, version, servpack } = entry;
  const severity = client === null ? severities.notice : severities.informational;
  const kind = client === null ? (campaign === '' ? 'servpack' : 'campaign') : 'client';
  const params = {
    id: nameOf(forwarded),
    campaign,
    client,
    who,
    from,
    to,
    version: version === null ? null : String(version),
    evidence,
    servpack,
    again: again ? '1' : null,
  };
  const data = Object.entries(params)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => ` ${name}="${escaped(value ?? '')}"`)
    .join('');
  const about = [campaign, client].filter((name) => name !== null && name !== '').join(' ');
  const step = from === '' && to === '' ? '' : ` ${from} -> ${to}`;
  const says = plain(`${about}${step}: ${because} (${who})`);
  const head = `<${facility * 8 + severity}>1 ${new Date(at).toISOString()} ${hostToken} servpack - ${kind}`;
  return `${head} [servpack@${enterprise}${data}] \uFEFF${says.trimStart()}`;
}

/** The message with its number of octets before it (RFC 6587, 3.4.1). */
export const framed = (message: string): string => `${Buffer.byteLength(message)} ${message}`;

const plain = (text: string): string => visible(text).slice(0, textAtMost).toWellFormed();

const escaped = (value: string): string => plain(value).replaceAll(/["\\\]]/g, '\\$&');

/** HOSTNAME holds printable ASCII alone (6.2.4). */
const hostToken =
  hostname()
    .replaceAll(/[^\x21-\x7e]/g, '?')
    .slice(0, 255) || '-';
