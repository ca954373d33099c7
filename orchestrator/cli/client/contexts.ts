import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readOperatorText } from '../../../shared/input/operator-file.ts';
import { makeFolder } from '../../make-folder.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import type { Refusal } from '../../refusal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How one orchestrator is reached. Either `data` (a data folder, which knows the address and the
 * token), or `url` with `tokenFile`, or with `cert` and `key`. The token itself never stands in
 * the file of contexts.
 */
export interface Context {
  readonly url?: string;
  readonly data?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The file of contexts. */
export interface Contexts {
  /** The context that commands use; null = none. */
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
}

export const noContexts: Contexts = { current: null, contexts: {} };

/** `$XDG_CONFIG_HOME/servpack/config.yaml` (XDG Base Directory Specification). */
export function contextsFile(env: Environment): string {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  // The specification has a relative path ignored.
  const base = given.startsWith('/') ? given : join(env['HOME'] || homedir(), '.config');
  return join(base, 'servpack', 'config.yaml');
}

const path = z.string().min(1).max(4096);
/** The form of the file of contexts. */
export const contextsForm = z.strictObject({
  current: z.string().nullable().default(null),
  contexts: z
    .record(
      z.string(),
      z.strictObject({
        url: path.optional(),
        data: path.optional(),
        tokenFile: path.optional(),
        ca: path.optional(),
        cert: path.optional(),
        key: path.optional(),
      }),
    )
    .default({}),
});

/** Reads the file of contexts; without a file there are none. Fault: `input.contexts`. */
export async function readContexts(env: Environment): Promise<Result<Contexts, Refusal>> {
  const file = contextsFile(env);
  if (!existsSync(file)) return ok(noContexts);
  const text = readOperatorText(file);
  if (!text.ok) return bad(file, text.error);
  // Only who has contexts loads the library.
  const { parse } = await import('yaml');
  try {
    const read = contextsForm.safeParse(parse(text.value) ?? {});
    if (!read.success) {
      const [issue] = read.error.issues;
      return bad(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
    }
    const { current, contexts } = read.data;
    if (current !== null && !Object.hasOwn(contexts, current))
      return bad(file, `current: there is no context named ${current}`);
    return ok({ current, contexts: contexts as Contexts['contexts'] });
  } catch (error) {
    const [first = ''] = reasonOf(error).split('\n');
    return bad(file, `is no YAML: ${first.replace(/:$/, '')}`);
  }
}

const bad = (file: string, why: string): Result<never, Refusal> =>
  err(
    fault('input.contexts', `the contexts in ${file} cannot be used: ${why}; correct the file or remove it`),
  );

/** Writes the file whole or not at all. Fault: `contexts.write`. */
export async function writeContexts(env: Environment, contexts: Contexts): Promise<Result<void, Refusal>> {
  const file = contextsFile(env);
  const draft = `${file}.${process.pid}`;
  const { stringify } = await import('yaml');
  try {
    makeFolder(dirname(file), 0o700);
    writeFileSync(draft, stringify(contexts), { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
    return ok(undefined);
  } catch (error) {
    return err(
      fault(
        'contexts.write',
        `${file} cannot be written: ${reasonOf(error)}; nothing was changed; choose another folder with XDG_CONFIG_HOME`,
      ),
    );
  }
}

/** A context by its name. Fault: `notFound.context`. */
export function contextNamed(
  { contexts }: Contexts,
  name: string,
): Result<{ readonly name: string; readonly context: Context }, Refusal> {
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context !== undefined) return ok({ name, context });
  const names = Object.keys(contexts);
  const known = names.length === 0 ? 'there is none yet: servpack context add' : `known: ${names.join(', ')}`;
  return err(fault('notFound.context', `there is no context named ${name}; ${known}`));
}
