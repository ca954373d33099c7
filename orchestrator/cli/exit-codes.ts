import type { Fault } from '../../shared/errors.ts';

/** The exit codes of all commands. `servpack --help` prints this table. */
export const exitCodes = {
  ok: {
    code: 0,
    means:
      'done; watch: the campaign ended, and no client failed or needs attention, or q ended the watching',
  },
  refused: {
    code: 1,
    means:
      'refused or failed; doctor: something is broken; certify: a test failed; prove: there is a counterexample; watch: clients failed or need attention',
  },
  usage: { code: 2, means: 'wrong usage, or a file with faults' },
  notReachable: { code: 3, means: 'the orchestrator or its Redis does not answer' },
  notFound: {
    code: 4,
    means:
      'no such campaign, client, release, survey, evidence, destination, message, token, session or context',
  },
  token: {
    code: 5,
    means: 'the token or certificate is missing or wrong, or its role does not allow this',
  },
  warnings: {
    code: 6,
    means: 'doctor: only warnings; look: some machines could not be looked at',
  },
  asked: { code: 7, means: 'nothing was done yet: another person must approve the command first' },
  interrupted: { code: 130, means: 'Ctrl-C ended the command' },
} as const;

type Kind = keyof typeof exitCodes;

/** The exit code by the first part of a fault's code. */
const kinds: Readonly<Record<string, Kind>> = {
  input: 'usage',
  tooLarge: 'usage',
  unreachable: 'notReachable',
  store: 'notReachable',
  notFound: 'notFound',
  token: 'token',
  role: 'token',
  certificate: 'token',
};

export const exitCodeOf = ({ code }: Fault): number =>
  exitCodes[kinds[code.split('.')[0] ?? ''] ?? 'refused'].code;

export const exitCodesHelp = [
  'Exit codes:',
  ...Object.values(exitCodes).map(({ code, means }) => `  ${code}  ${means}`),
].join('\n');
