import { statSync } from 'node:fs';
import { join } from 'node:path';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readOperatorText } from '../../../shared/input/operator-file.ts';
import { readUrl } from '../../http/url-file.ts';
import { tokenFileIn } from '../../http/secrets.ts';
import type { CertificateFiles } from '../../../shared/listener-settings.ts';
import type { Refusal } from '../../refusal.ts';
import { type Context, contextNamed, readContexts } from './contexts.ts';

export const defaultDataDir = '.servpack';
export const defaultUrl = 'http://127.0.0.1:7300';

/** The options that say which orchestrator a command reaches, and how. */
export interface TargetOptions {
  readonly context?: string;
  readonly url?: string;
  readonly data?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The orchestrator that a command reaches. */
export interface Target {
  readonly url: string;
  /** The context that was used; null = none. */
  readonly context: string | null;
  /** Who has chosen it, for `servpack context`: `--context`, `SERVPACK_URL`. */
  readonly chosenBy: string;
  readonly ca: string | null;
  /** The certificate that proves who asks, in place of a token; null = none. */
  readonly certificate: CertificateFiles | null;
  /** How many contexts the file has. With more than one, what changes something names its own. */
  readonly known: number;
  /** Where the token comes from, in words. */
  readonly tokenFrom: string;
  readonly token: () => Result<string, Refusal>;
}

/**
 * Finds the orchestrator: the options win over a context that is named (`--context`,
 * SERVPACK_CONTEXT), that one over the environment (SERVPACK_URL, SERVPACK_DATA), the environment
 * over the current context, and that one over the data folder of the current directory.
 */
export async function findTarget(options: TargetOptions, env: Environment): Promise<Result<Target, Refusal>> {
  const read = await readContexts(env);
  if (!read.ok) return read;
  const known = Object.keys(read.value.contexts).length;
  const named = options.context ?? given(env, 'SERVPACK_CONTEXT');
  // An address from elsewhere must not get the token of the current context.
  const isElsewhere =
    options.url !== undefined ||
    options.data !== undefined ||
    given(env, 'SERVPACK_URL') !== undefined ||
    given(env, 'SERVPACK_DATA') !== undefined;
  const name = named ?? (isElsewhere ? null : read.value.current);
  if (name === null) return ok(withoutContext(options, env, known));
  const found = contextNamed(read.value, name);
  if (!found.ok) return found;
  const by =
    options.context !== undefined
      ? '--context'
      : named !== undefined
        ? 'SERVPACK_CONTEXT'
        : 'servpack context use';
  return ok({ ...inContext(found.value, options, env, named !== undefined), known, chosenBy: by });
}

function inContext(
  { name, context }: { readonly name: string; readonly context: Context },
  { url, tokenFile, data, ca, cert, key }: TargetOptions,
  env: Environment,
  isNamed: boolean,
): Omit<Target, 'known' | 'chosenBy'> {
  const folder = data ?? context.data;
  const file = tokenFile ?? context.tokenFile ?? (folder === undefined ? undefined : tokenFileIn(folder));
  const direct = isNamed || tokenFile !== undefined ? undefined : given(env, 'SERVPACK_TOKEN');
  return {
    url: url ?? context.url ?? (folder === undefined ? null : readUrl(folder)) ?? defaultUrl,
    context: name,
    ca: ca ?? context.ca ?? given(env, 'SERVPACK_CA') ?? null,
    certificate: filesOf(cert ?? context.cert, key ?? context.key, env),
    tokenFrom: direct === undefined ? (file ?? 'no file') : 'SERVPACK_TOKEN',
    token: () => {
      if (direct !== undefined) return ok(direct);
      if (file === undefined)
        return err(fault('token.file', `context ${name} names no file with a token; give --token-file`));
      const open = tokenFile === undefined ? whyTooOpen(file) : null;
      return open === null
        ? readTokenFile(file)
        : err(fault('token.file', `the token of context ${name} is not used: ${open}`));
    },
  };
}

/**
 * Why the file of a token is not private: others of this machine can read it, and could do
 * everything with it. Null = it is private, or cannot be read at all.
 */
export function whyTooOpen(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  // Windows keeps no such mode.
  if (stat === undefined || process.platform === 'win32' || (stat.mode & 0o077) === 0) return null;
  const mode = (stat.mode & 0o777).toString(8);
  return `others can read ${file} (mode ${mode}); run: chmod 600 ${file}`;
}

function withoutContext(options: TargetOptions, env: Environment, known: number): Target {
  const dataDir = options.data ?? given(env, 'SERVPACK_DATA') ?? defaultDataDir;
  const { tokenFile } = options;
  const direct = tokenFile === undefined ? given(env, 'SERVPACK_TOKEN') : undefined;
  const file = tokenFile ?? tokenFileIn(dataDir);
  return {
    url: options.url ?? given(env, 'SERVPACK_URL') ?? readUrl(dataDir) ?? defaultUrl,
    context: null,
    chosenBy:
      [
        options.url === undefined ? '' : '--url',
        options.data === undefined ? '' : '--data',
        given(env, 'SERVPACK_URL') === undefined ? '' : 'SERVPACK_URL',
        given(env, 'SERVPACK_DATA') === undefined ? '' : 'SERVPACK_DATA',
      ].find((by) => by !== '') ?? `the data folder ${join(process.cwd(), defaultDataDir)}`,
    ca: options.ca ?? given(env, 'SERVPACK_CA') ?? null,
    certificate: filesOf(options.cert, options.key, env),
    known,
    tokenFrom: direct === undefined ? file : 'SERVPACK_TOKEN',
    token: () => (direct === undefined ? readTokenFile(file) : ok(direct)),
  };
}

/** One without the other stays: reading it says what is missing. */
function filesOf(
  cert: string | undefined,
  key: string | undefined,
  env: Environment,
): CertificateFiles | null {
  const files = { cert: cert ?? given(env, 'SERVPACK_CERT'), key: key ?? given(env, 'SERVPACK_KEY') };
  return files.cert === undefined && files.key === undefined
    ? null
    : { cert: files.cert ?? '', key: files.key ?? '' };
}

function readTokenFile(file: string): Result<string, Refusal> {
  const read = readOperatorText(file);
  if (!read.ok) {
    const says = `the token cannot be used: ${file} ${read.error}`;
    return err(fault('token.file', `${says}; give it with --token-file, --data or SERVPACK_TOKEN`));
  }
  const token = read.value.trim();
  // A header can carry nothing else; fetch would refuse other characters with a text of its own.
  return /^[\x21-\x7e]+$/.test(token) ? ok(token) : err(fault('token.file', `${file} holds no token`));
}

/** An empty variable counts as not set. */
export const given = (env: Environment, name: string): string | undefined =>
  env[name] === '' ? undefined : env[name];
