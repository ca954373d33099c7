import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { printFaults } from '../../../shared/input/input-fault.ts';
import { jsonDocument } from '../json-document.ts';
import type { Refusal } from '../../refusal.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { localTimes } from '../render/local-times.ts';
import { safe, type View, viewOf } from '../render/view.ts';
import { textOf } from '../render/wrap.ts';
import { type ApiClient, openApiClient } from './api-client.ts';
import { isBrokenOff } from './broken-off.ts';
import { defaultDataDir, type Environment, findTarget, given, type TargetOptions } from './target.ts';
import { trustAuthorities } from './trust.ts';
import { refusalOf } from '../../http/schemas/fields.ts';
import { healthAnswer } from '../../http/schemas/orchestrator.ts';

/** The options that every command has. */
export interface GlobalOptions extends TargetOptions {
  readonly json?: boolean;
}

/** What a command prints: the value with `--json`, else the lines. */
export interface CommandOutput {
  readonly value: unknown;
  /** @param shown the value with the times of the reader's zone; default: the value itself */
  readonly lines: (view: View, shown?: unknown) => readonly string[];
  /** Left out = 0. */
  readonly exitCode?: number;
}

/**
 * Runs a command against the API and prints its output on stdout: lines, or one JSON document with
 * `--json`. A refusal is shown and sets the exit code.
 */
export async function withApi(
  command: Command,
  body: (api: ApiClient) => Promise<Result<CommandOutput, Refusal>>,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const api = await connect(options, process.env);
  const answered = api.ok ? await body(api.value) : api;
  if (!answered.ok) return showRefusal(answered.error, options.json === true);
  const { value, lines, exitCode } = answered.value;
  if (exitCode !== undefined) process.exitCode = exitCode;
  if (options.json === true) return printJson(value);
  printValue(value, (view, shown) => lines(view, shown));
}

/** Prints the lines of a value: with the reader's own times on a terminal, with UTC elsewhere. */
export function printValue<T>(value: T, lines: (view: View, value: T) => readonly string[]): void {
  const view = viewOf(process.stdout);
  if (!view.isTerminal) return print(lines(view, value));
  const times = localTimes();
  const shown = lines(view, times.in(value));
  print([...shown, ...times.zoneLines().map((line) => view.paint('dim', line))]);
}

/** Pairs an answer of the API with the lines that show it, for the body of a command. */
export const outputOf = <T>(
  answer: Result<T, Refusal>,
  lines: (view: View, value: T) => readonly string[],
): Result<CommandOutput, Refusal> =>
  answer.ok
    ? {
        ok: true,
        value: { value: answer.value, lines: (view, shown = answer.value) => lines(view, shown as T) },
      }
    : answer;

/**
 * Sets the exit code and shows a refusal: the sentence on stderr with the faults of the file below
 * it, or one JSON document on stdout with `--json`.
 */
export function showRefusal(refusal: Refusal, json: boolean): void {
  process.exitCode = exitCodeOf(refusal);
  // After a part of a document no second one may follow it on stdout.
  if (json && !isBrokenOff(refusal)) return printJson(refusalOf(refusal));
  const { message, faults = [] } = refusal;
  const times = process.stderr.isTTY ? localTimes() : null;
  const lines = [
    `servpack: ${times === null ? message : times.in(message)}`,
    ...printFaults(faults),
    ...(times?.zoneLines() ?? []),
  ];
  process.stderr.write(textOf(viewOf(process.stderr), lines.map(safe)));
}

/** Prints lines of text, each safe for a terminal and no wider than it. */
export const print = (lines: readonly string[]): void => {
  process.stdout.write(textOf(viewOf(process.stdout), lines));
};

/** Prints one JSON document, which a terminal shows and does not execute. */
export const printJson = (value: unknown): void => {
  process.stdout.write(jsonDocument(value));
};

export const dataDirOf = ({ data }: GlobalOptions, env: Environment): string =>
  data ?? given(env, 'SERVPACK_DATA') ?? defaultDataDir;

/**
 * Opens the API of the orchestrator that `findTarget` finds. Without a token the refusal says so
 * only when an orchestrator answers.
 */
export async function connect(options: GlobalOptions, env: Environment): Promise<Result<ApiClient, Refusal>> {
  const found = await findTarget(options, env);
  if (!found.ok) return found;
  const { url, ca, context, known, certificate } = found.value;
  const trusted = ca === null ? ok(undefined) : trustAuthorities(ca);
  if (!trusted.ok) return trusted;
  const place = { context, isOneOfMany: known > 1 };
  if (certificate !== null) {
    if (url.startsWith('http:'))
      return err(
        fault('input.cert', `a certificate is shown over TLS only, and ${url} is without; correct --url`),
      );
    // Only who has a certificate loads it.
    const { fetchWith, readClientCertificate } = await import('./client-certificate.ts');
    const pair = readClientCertificate(certificate);
    if (!pair.ok) return pair;
    const shown = { pair: pair.value, send: fetchWith(pair.value) };
    return ok(openApiClient({ url, token: '', user: userName(), place, certificate: shown }));
  }
  const token = found.value.token();
  if (token.ok) return ok(openApiClient({ url, token: token.value, user: userName(), place }));
  const health = await openApiClient({ url, token: '', user: null, place }).get(healthAnswer, '/v1/health');
  return health.ok || health.error.code.startsWith('store') ? token : health;
}

/** Returns the user for the audit: the name, or `uid N` where there is none, as in a container. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return process.getuid === undefined ? null : `uid ${process.getuid()}`;
  }
}
