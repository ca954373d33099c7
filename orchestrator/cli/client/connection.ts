import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { err, fault, messageOf, ok, type Result } from '../../../shared/errors.ts';
import { healthAnswer } from '../../http/schemas/requests.ts';
import { readAddress } from '../../http/address.ts';
import { tokenFileIn } from '../../http/token.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, openApiClient } from './api-client.ts';

export const defaultDataDir = '.servpack';
export const defaultUrl = 'http://127.0.0.1:7300';

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly data?: string;
  readonly tokenFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const dataDirOf = ({ data }: GlobalOptions, env: Environment): string =>
  data ?? given(env, 'SERVPACK_DATA') ?? defaultDataDir;

/** An option wins over the environment, and that over what the data folder says. */
export async function connect(options: GlobalOptions, env: Environment): Promise<Result<ApiClient, Refusal>> {
  const dataDir = dataDirOf(options, env);
  const url = options.url ?? given(env, 'SERVPACK_URL') ?? readAddress(dataDir) ?? defaultUrl;
  const token = readToken(options, env, dataDir);
  if (token.ok) return ok(openApiClient({ url, token: token.value, user: userName() }));
  // Where nobody answers, the missing token is not what the operator has to hear of.
  const health = await openApiClient({ url, token: '', user: null }).get(healthAnswer, '/v1/health');
  return health.ok || health.error.code.startsWith('store') ? token : health;
}

function readToken({ tokenFile }: GlobalOptions, env: Environment, dataDir: string): Result<string, Refusal> {
  const direct = given(env, 'SERVPACK_TOKEN');
  if (tokenFile === undefined && direct !== undefined) return ok(direct);
  const file = tokenFile ?? tokenFileIn(dataDir);
  try {
    const token = readFileSync(file, 'utf8').trim();
    // A header can not carry anything else; fetch would say so in words of its own.
    return /^[\x21-\x7e]+$/.test(token) ? ok(token) : err(fault('token.file', `${file} holds no token`));
  } catch (error) {
    return err(
      fault(
        'token.file',
        `the token can not be read (${messageOf(error)}); say with --token-file, --data or SERVPACK_TOKEN where it is`,
      ),
    );
  }
}

/** A user without a name, as in a container, is one by its number: two of them are two people. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return process.getuid === undefined ? null : `uid ${process.getuid()}`;
  }
}

/** An empty variable is one that nobody set. */
const given = (env: Environment, name: string): string | undefined =>
  env[name] === '' ? undefined : env[name];
