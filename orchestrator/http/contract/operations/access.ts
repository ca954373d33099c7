import type { Operations } from '../operation.ts';

const tag = 'access';

/** Who may use the API. */
export const accessOperations: Operations = {
  'GET /v1/tokens': {
    id: 'listTokens',
    tag,
    needs: 'administer',
    summary: 'List the tokens of the API',
    description: 'Every token but the one of the token file, with its role, and when it was used last.',
  },
  'POST /v1/tokens': {
    id: 'createToken',
    tag,
    needs: 'administer',
    holdsSecret: true,
    summary: 'Create a token of the API',
    description: 'Makes a token with a role. The answer alone has the token: servpack keeps its SHA-256.',
  },
  'POST /v1/tokens/:token/revoke': {
    id: 'revokeToken',
    tag,
    needs: 'administer',
    summary: 'Revoke a token of the API',
    description: 'Refuses the token, and the sessions that began with it, everywhere within a second.',
  },
  'GET /v1/session': {
    id: 'getSession',
    tag,
    needs: 'see',
    reach: 'open',
    summary: 'Ask who you are',
    description: 'Whom the token or the session proves, and what that allows.',
  },
  'POST /v1/session': {
    id: 'signIn',
    tag,
    needs: null,
    signsIn: true,
    holdsSecret: true,
    summary: 'Sign in',
    description:
      'Exchanges a token, or the code of a link, for a session: a cookie that no script reads, for 12 hours, or until an hour has passed without a request. Needs no token in the header.',
  },
  'DELETE /v1/session': {
    id: 'signOut',
    tag,
    needs: 'see',
    reach: 'open',
    summary: 'Sign out',
    description:
      'Ends the session of the request. `leaveFor` is where a browser goes to sign out at the provider, too, where the settings ask for it.',
  },
  'POST /v1/session/links': {
    id: 'makeSignInLink',
    tag,
    needs: 'see',
    reach: 'open',
    holdsSecret: true,
    summary: 'Make a link that signs in once',
    description: 'A code that signs in as the one who asks, once, within a minute.',
  },
  'GET /v1/sessions': {
    id: 'listSessions',
    tag,
    needs: 'administer',
    summary: 'List sessions',
    description: 'Who is signed in, since when, and from where.',
  },
  'POST /v1/sessions/:session/end': {
    id: 'endSession',
    tag,
    needs: 'administer',
    summary: 'End a session',
    description: 'Signs a person out, everywhere within a second.',
  },
};
