import type { Fault } from '../../shared/errors.ts';

/** What every command ends with. `servpack --help` prints this table. */
export const exitCodes = {
  ok: { code: 0, means: 'done; watch: the campaign ended and every client ended well' },
  refused: {
    code: 1,
    means:
      'refused or failed; doctor: something is broken; certify: a point does not hold; watch: the campaign ended with clients that are not ok',
  },
  usage: { code: 2, means: 'wrong usage, or a file with faults' },
  notReachable: { code: 3, means: 'no orchestrator answers, or its Redis is away' },
  notFound: { code: 4, means: 'no such campaign, client, release, survey or evidence' },
  token: { code: 5, means: 'no token, or a wrong one' },
  warnings: {
    code: 6,
    means: 'doctor: nothing is broken, but there are warnings; look: some machines could not be looked at',
  },
} as const;

type Kind = keyof typeof exitCodes;

/** By the first part of the fault's code. */
const kinds: Readonly<Record<string, Kind>> = {
  input: 'usage',
  tooLarge: 'usage',
  unreachable: 'notReachable',
  store: 'notReachable',
  notFound: 'notFound',
  token: 'token',
};

export const exitCodeOf = ({ code }: Fault): number =>
  exitCodes[kinds[code.split('.')[0] ?? ''] ?? 'refused'].code;

export const exitCodesHelp = [
  'Exit codes:',
  ...Object.values(exitCodes).map(({ code, means }) => `  ${code}  ${means}`),
].join('\n');
