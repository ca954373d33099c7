/** A kind of problem: the first part of a code, such as `notFound` of `notFound.campaign`. */
export interface ProblemKind {
  /** The HTTP status, unless the request knows a finer one. */
  readonly status: number;
  readonly title: string;
  /** What it means, and what to do. */
  readonly means: string;
}

const conflict = (title: string, means: string): ProblemKind => ({ status: 409, title, means });

/**
 * Every kind of problem. `docs/problems.md` prints this table, and `type` of a problem document
 * leads to it.
 */
export const problemKinds = {
  input: {
    status: 400,
    title: 'The request is not understood',
    means:
      'A value is missing, wrong or not known. `errors` names each place. Nothing was changed; correct the request.',
  },
  token: {
    status: 401,
    title: 'The token is missing or wrong',
    means:
      'Send `Authorization: Bearer TOKEN` with a token of this orchestrator that is not revoked and has not expired, or sign in.',
  },
  certificate: {
    status: 403,
    title: 'The certificate is not accepted',
    means:
      'The certificate that was shown has expired, is revoked, is of an authority that is not known here, or no rule says what it may do. Show another one, or send a token.',
  },
  signIn: {
    status: 403,
    title: 'The sign-in is not accepted',
    means:
      'The provider has not proved who the person is, or none of their groups may use servpack. Begin the sign-in again, or ask an administrator.',
  },
  provider: {
    status: 503,
    title: 'The sign-in provider cannot be asked',
    means:
      'The provider with which the person has signed in does not answer. Try again later, or sign in with a token.',
  },
  role: {
    status: 403,
    title: 'The role does not allow it',
    means:
      'The token is good, and its role or its narrowing does not allow this. `role` names the roles that do. Ask a person who has one of them, or an administrator for another token.',
  },
  host: {
    status: 421,
    title: 'The request is for another host',
    means:
      'The request names a host that is neither an address, nor localhost, nor named in SERVPACK_PUBLIC_URL. Nothing was done.',
  },
  origin: {
    status: 403,
    title: 'The request comes from another site',
    means:
      'A browser has sent the cookie of a session for a page that is not the one of this orchestrator. Nothing was done.',
  },
  notFound: {
    status: 404,
    title: 'There is nothing of this name',
    means: 'The route or the name is not known. `detail` names the nearest name that is.',
  },
  form: {
    status: 406,
    title: 'There is no such form',
    means:
      'The answer has none of the forms that the header `Accept` takes. `detail` names those that it has. Nothing was done.',
  },
  version: {
    status: 412,
    title: 'It has changed meanwhile',
    means:
      'The change is based on an older version, and `errors` says what it would change now; or it does not say on which version it is based (428). Read it again, then decide.',
  },
  tooLarge: {
    status: 413,
    title: 'The request is too large',
    means: 'The body is larger than the route takes. Send less at once.',
  },
  idempotency: {
    status: 422,
    title: 'The key of the request is taken',
    means:
      'The `Idempotency-Key` came with another request, or its first request is still worked on (for 10 seconds also when its orchestrator has ended). A new request needs a new key.',
  },
  tooMany: {
    status: 429,
    title: 'Too many requests',
    means:
      'This token asks more often than it may. Wait for the seconds in `Retry-After`. What stops something is never limited.',
  },
  busy: {
    status: 503,
    title: 'The orchestrator is late',
    means:
      'The orchestrator has too much to do, or as many readers of events as it takes, and answers no reads for a moment. Ask again after `Retry-After`. What stops something is answered.',
  },
  page: {
    status: 503,
    title: 'The page is not built',
    means:
      'The files of the page are missing. Run `npm run build:web`; the API and the commands work without it.',
  },
  internal: {
    status: 500,
    title: 'The orchestrator failed',
    means: 'This is a bug. The log of the orchestrator has the cause under the id in `instance`.',
  },
  store: {
    status: 503,
    title: 'The records cannot be reached or changed',
    means:
      'Redis is away, full, or without its records. Ask again later; `servpack doctor` says what to do about it.',
  },
  accessToken: conflict('The token cannot be made', 'A token of this name exists already.'),
  approval: conflict(
    'The question cannot be answered so',
    'The question has changed, has expired, or may not be answered by this person. Read it again.',
  ),
  archive: conflict('The archive does not allow it', 'The file of an archived campaign is in the way.'),
  audit: conflict('The audit cannot be read', 'The audit files of this orchestrator cannot be read.'),
  campaign: conflict(
    'The campaign does not allow it',
    'The campaign stands as `detail` says. Read its status, then decide again.',
  ),
  checkInKey: conflict(
    'There is no key of the check-in tokens',
    'This orchestrator has no key from which tokens are made.',
  ),
  client: conflict(
    'The client does not allow it',
    'The client stands as `detail` says. `why` of the client says what happens next.',
  ),
  fleet: conflict(
    'The fleet does not allow it',
    'The fleet was changed meanwhile, or a campaign still needs a client. Read the fleet, then decide again.',
  ),
  halt: conflict('The halt does not allow it', 'Everything is halted, or is not. Read the halt.'),
  hook: conflict(
    'The hook does not allow it',
    'The hook stands as `detail` says. Read the hooks of the campaign.',
  ),
  limit: conflict(
    'The limit does not allow it',
    'The limits of logon servers were changed meanwhile. Read them.',
  ),
  notify: conflict(
    'servpack notifies nobody',
    'This orchestrator has no destinations for messages. Set SERVPACK_NOTIFY to a file with them.',
  ),
  proof: conflict(
    'There is no proof',
    'Nothing of the client is sealed yet, or the audit files of this orchestrator are not whole, as `detail` says.',
  ),
  release: conflict(
    'The release does not allow it',
    'The release is in use, withdrawn, or not staged, as `detail` says.',
  ),
  replay: conflict(
    'The campaign cannot be replayed',
    'Its records do not allow it, or not with this file, as `detail` says.',
  ),
  schedule: conflict(
    'The schedule does not allow it',
    'The schedule stands as `detail` says. Read it, then decide again.',
  ),
  staging: conflict(
    'The release cannot be staged',
    'The release file, its tree or its upgrade command does not do what staging needs, as `detail` says. Nothing was staged.',
  ),
  survey: conflict(
    'The survey does not allow it',
    'The survey is over, empty or too large, as `detail` says.',
  ),
  tokens: conflict('The tokens do not allow it', 'The check-in tokens stand as `detail` says.'),
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemKindName = keyof typeof problemKinds;

/** The kind of a code. What staging finds has codes of one word. */
export const kindOf = (code: string): ProblemKindName => {
  const first = code.split('.')[0] ?? '';
  return Object.hasOwn(problemKinds, first) ? (first as ProblemKindName) : 'staging';
};

/** The stable address of a kind: `type` of a problem document. */
export const typeOf = (kind: ProblemKindName): string => `/problems/${kind}`;
