import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ForwardedEntry } from '../../orchestrator/forward/entry.ts';
import { framed, syslogMessage } from '../../orchestrator/forward/syslog-message.ts';
import { readFrames, readSyslog } from './read-syslog.ts';

const at = Date.UTC(2026, 10, 17, 2, 14, 5, 7);

const forwarded = (more: Partial<ForwardedEntry['entry']> = {}, again = false): ForwardedEntry => ({
  shard: 0,
  again,
  entry: {
    id: '1763345645007-0',
    at,
    campaign: 'sp4',
    client: 'pc-17',
    who: 'anna (token default)',
    from: 'deferred',
    to: 'settled',
    because: 'every file has its hash',
    evidence: 'a'.repeat(64),
    version: 7,
    servpack: '0.1.0',
    beside: [],
    ...more,
  },
});

test('an entry is a message with everything in its structured data', () => {
  const read = readSyslog(syslogMessage(forwarded(), 32_473));
  expect(read).toMatchObject({
    priority: 110,
    at: '2026-11-17T02:14:05.007Z',
    app: 'servpack',
    kind: 'client',
  });
  expect(read.data).toBe('servpack@32473');
  expect(read.params).toEqual({
    id: '0/1763345645007-0',
    campaign: 'sp4',
    client: 'pc-17',
    who: 'anna (token default)',
    from: 'deferred',
    to: 'settled',
    version: '7',
    evidence: 'a'.repeat(64),
    servpack: '0.1.0',
  });
  expect(read.text).toBe('sp4 pc-17 deferred -> settled: every file has its hash (anna (token default))');
});

test('what a person decided about a campaign is a notice, and an entry that may have been sent before says so', () => {
  const of = (entry: Partial<ForwardedEntry['entry']>) =>
    readSyslog(syslogMessage(forwarded(entry, true), 1));
  expect(of({ client: null })).toMatchObject({ priority: 109, kind: 'campaign', params: { again: '1' } });
  expect(of({ client: null, campaign: '' })).toMatchObject({ kind: 'servpack' });
});

/** What people and clients may write into names and reasons. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"] [evil@1 a="b"]',
    'line\nnext <34>1 2026-11-17T00:00:00Z x y - - -',
    'a\\"b\\]c',
    '\r\n\u0000\u001b[31m',
    '\u202eevil',
    '\ud800',
    '\uFEFF',
    '<img onerror=…>',
    'x'.repeat(9_000),
  ),
);

test('hostile names and reasons stay within one message on one line', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (campaign, client, who, because) => {
      const message = syslogMessage(
        forwarded({ campaign, client, who, because, from: because, to: who }),
        32_473,
      );
      expect(message).not.toMatch(/[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u);
      const { messages, rest } = readFrames(Buffer.from(`${framed(message)}${framed(message)}`));
      expect(messages).toEqual([message, message]);
      expect(rest).toHaveLength(0);
      const { params } = readSyslog(message);
      expect(Object.keys(params).filter((name) => !known.has(name))).toEqual([]);
      expect(params['id']).toBe('0/1763345645007-0');
      expect(Buffer.byteLength(message)).toBeLessThan(32_768);
    }),
    { numRuns: 500 },
  );
});

const known = new Set([
  'id',
  'campaign',
  'client',
  'who',
  'from',
  'to',
  'version',
  'evidence',
  'servpack',
  'again',
]);
