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
};
