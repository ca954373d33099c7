import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Certificates } from '../http/tls/certificates.ts';
import type { ServerCertificate } from '../http/tls/server-certificate.ts';
import { broken, type Check, fine, warning } from './check.ts';

/** A certificate that ends sooner is named, so that the next one is there in time. */
const soonMs = 14 * 24 * 60 * 60_000;

/**
 * Says which certificates end soon or have ended, and whose files cannot be used.
 * @param now real time in milliseconds
 */
export const checkCertificates = (certificates: Certificates | undefined, now: number): readonly Check[] =>
  [certificates?.api ?? null, certificates?.checkIns ?? null].flatMap((each) =>
    each === null ? [] : checksOf(each, now),
  );

const stale = (trouble: string, inUse: string): Check =>
  warning(
    'servpack',
    trouble,
    `what stays in use: ${inUse}`,
    'correct the files; they are looked at every 10 s, and no restart is needed',
  );

function checksOf({ of, trouble, certificate, clients }: ServerCertificate, now: number): readonly Check[] {
  const endsAt = certificate.validToDate.getTime();
  return [
    ...(trouble === null ? [] : [stale(trouble, `the certificate of before, until ${isoOf(endsAt)}`)]),
    ...(clients === null || clients.trouble === null ? [] : [stale(clients.trouble, 'the rules of before')]),
    checkEnd(`the certificate of ${of}`, endsAt, now),
  ];
}

function checkEnd(what: string, endsAt: number, now: number): Check {
  const at = isoOf(endsAt);
  const todo = 'put the next certificate and its key in place; no restart is needed';
  if (endsAt <= now)
    return broken('servpack', `${what} has expired at ${at}`, 'callers that check it get nothing', todo);
  if (endsAt - now >= soonMs) return fine('servpack', `${what} is good until ${at}`);
  const leadsTo = 'callers that check it get nothing from then on';
  return warning('servpack', `${what} expires at ${at}`, leadsTo, todo);
}
