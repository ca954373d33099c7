import { packHash, unpackHash } from '../audit/packed-entry.ts';
import type { Blocker } from '../../../domain/observation/blocker.ts';
import type { Health } from '../../../domain/observation/health.ts';
import type { LastLook } from '../../../domain/survey/last-look.ts';
import { remarks, type Verdict } from '../../../domain/observation/verdict.ts';

/**
 * A look as Redis keeps it. Redis keeps one of every client of the fleet, so it is a short array
 * without names of fields.
 */
type Row = [
  at: number,
  survey: string,
  product: string,
  verdict: PackedVerdict,
  evidence: string,
  release: string,
  campaign: string,
  remarks: number[],
  health?: PackedHealth,
];

type PackedHealth = readonly ['h' | 'u' | 'n', string];

type Failure = Extract<Verdict, { kind: 'couldNotLook' }>['failure'];

type PackedVerdict =
  | 'f'
  | 'c'
  | 's'
  | readonly ['b', number, readonly Blocker[]]
  | readonly ['x', Failure, string];

/** An error may be a page long; its beginning says what went wrong. */
const errorLengthAtMost = 300;

export function lookText({
  at,
  survey,
  product,
  release,
  verdict,
  remarks: seen,
  campaign,
  evidence,
  health,
}: LastLook) {
  const row: Row = [
    at,
    survey,
    product,
    packed(verdict),
    evidence === null ? '' : packHash(evidence),
    release ?? '',
    campaign ?? '',
    seen.map((remark) => remarks.indexOf(remark)),
  ];
  if (health !== undefined) row.push(packedHealth(health));
  return JSON.stringify(row);
}

export function lookOf(text: string): LastLook {
  const [at, survey, product, verdict, evidence, release, campaign, seen, health] = JSON.parse(text) as Row;
  return {
    at,
    survey,
    product,
    verdict: unpacked(verdict),
    evidence: evidence === '' ? null : unpackHash(evidence),
    release: release === '' ? null : release,
    campaign: campaign === '' ? null : campaign,
    remarks: seen.map((index) => remarks[index]).filter((remark) => remark !== undefined),
    ...(health === undefined ? {} : { health: unpackedHealth(health) }),
  };
}

const healthForms = { healthy: 'h', unhealthy: 'u', notKnown: 'n' } as const;

const packedHealth = (health: Health): PackedHealth => [
  healthForms[health.kind],
  health.kind === 'healthy' ? '' : health.because.slice(0, errorLengthAtMost),
];

function unpackedHealth([form, because]: PackedHealth): Health {
  if (form === 'h') return { kind: 'healthy' };
  return { kind: form === 'u' ? 'unhealthy' : 'notKnown', because };
}

function packed(verdict: Verdict): PackedVerdict {
  switch (verdict.kind) {
    case 'free':
      return 'f';
    case 'current':
      return 'c';
    case 'server':
      return 's';
    case 'blocked':
      return ['b', verdict.movable, verdict.blockers];
    case 'couldNotLook':
      return ['x', verdict.failure, verdict.error.slice(0, errorLengthAtMost)];
  }
}

function unpacked(row: PackedVerdict): Verdict {
  if (row === 'f') return { kind: 'free' };
  if (row === 'c') return { kind: 'current' };
  if (row === 's') return { kind: 'server' };
  return row[0] === 'b'
    ? { kind: 'blocked', movable: row[1], blockers: row[2] }
    : { kind: 'couldNotLook', failure: row[1], error: row[2] };
}
